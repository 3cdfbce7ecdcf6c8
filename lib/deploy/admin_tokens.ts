/**
 * The tokens of the admin listener: one for deployments, one to push, one to log in to the inspector. None is an option: a flag would show it to
 * everybody who may list processes.
 *
 * @module
 */
import { tokenProblem } from "./admin_guard.ts";

/** The variables they are in. */
export const TOKEN_VARIABLES = {
  deploy: "SOCKEYE_DEPLOY_TOKEN",
  publish: "SOCKEYE_PUBLISH_TOKEN",
  inspector: "SOCKEYE_INSPECTOR_TOKEN",
} as const;

/** The tokens; without one its part of the listener is off, and without any there is none. */
export interface AdminTokens {
  readonly deploy?: string | undefined;
  readonly publish?: string | undefined;
  readonly inspector?: string | undefined;
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
  };
  for (const [name, variable] of Object.entries(TOKEN_VARIABLES)) {
    const token = tokens[name as keyof typeof TOKEN_VARIABLES];
    const problem = token === undefined ? undefined : tokenProblem(token, variable);
    if (problem !== undefined) throw new TokenError(problem);
  }
  return tokens;
}

/** Whether there is anything to listen for. */
export function hasTokens({ deploy, publish, inspector }: AdminTokens): boolean {
  return deploy !== undefined || publish !== undefined || inspector !== undefined;
}
