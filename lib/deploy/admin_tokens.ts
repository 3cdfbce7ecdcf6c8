/**
 * The two tokens of the admin listener: one for deployments, one to push. Neither is an option: a flag would show it to
 * everybody who may list processes.
 *
 * @module
 */
import { tokenProblem } from "./admin_guard.ts";

/** The variables they are in. */
export const TOKEN_VARIABLES = { deploy: "SOCKEYE_DEPLOY_TOKEN", publish: "SOCKEYE_PUBLISH_TOKEN" } as const;

/** The tokens; without one its half of the listener is off, and without both there is none. */
export interface AdminTokens {
  readonly deploy?: string | undefined;
  readonly publish?: string | undefined;
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
  };
  for (const [name, variable] of Object.entries(TOKEN_VARIABLES)) {
    const token = tokens[name as keyof typeof TOKEN_VARIABLES];
    const problem = token === undefined ? undefined : tokenProblem(token, variable);
    if (problem !== undefined) throw new TokenError(problem);
  }
  return tokens;
}

/** Whether there is anything to listen for. */
export function hasTokens({ deploy, publish }: AdminTokens): boolean {
  return deploy !== undefined || publish !== undefined;
}
