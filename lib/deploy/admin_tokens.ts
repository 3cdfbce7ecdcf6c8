/**
 * The tokens of the admin listener: one for deployments, one to push, one to log in to the inspector, one that reads the
 * metrics and nothing else. None is an option: a flag would show it to everybody who may list processes.
 *
 * @module
 */
import { DEPLOY_TOKEN_VARIABLE, METRICS_TOKEN_VARIABLE, tokenProblem } from "./admin_guard.ts";

/** The variables they are in. */
export const TOKEN_VARIABLES = {
  deploy: DEPLOY_TOKEN_VARIABLE,
  publish: "SOCKEYE_PUBLISH_TOKEN",
  inspector: "SOCKEYE_INSPECTOR_TOKEN",
  metrics: METRICS_TOKEN_VARIABLE,
} as const;

/** The tokens; without one its part of the listener is off, and without any there is none. */
export interface AdminTokens {
  readonly deploy?: string | undefined;
  readonly publish?: string | undefined;
  readonly inspector?: string | undefined;
  readonly metrics?: string | undefined;
}

/** A token cannot be used: the message says why, and how to make one. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/**
 * Reads them.
 *
 * @throws {TokenError}
 */
export function readTokens(env: (name: string) => string | undefined): AdminTokens {
  const tokens = {
    deploy: env(TOKEN_VARIABLES.deploy) || undefined,
    publish: env(TOKEN_VARIABLES.publish) || undefined,
    inspector: env(TOKEN_VARIABLES.inspector) || undefined,
    metrics: env(TOKEN_VARIABLES.metrics) || undefined,
  };
  for (const [name, variable] of Object.entries(TOKEN_VARIABLES)) {
    const token = tokens[name as keyof typeof TOKEN_VARIABLES];
    const problem = token === undefined ? undefined : tokenProblem(token, variable);
    if (problem !== undefined) throw new TokenError(problem);
  }
  return tokens;
}

/** Whether there is anything to listen for. */
export function hasTokens({ deploy, publish, inspector, metrics }: AdminTokens): boolean {
  return [deploy, publish, inspector, metrics].some((token) => token !== undefined);
}
