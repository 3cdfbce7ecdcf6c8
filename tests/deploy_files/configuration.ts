/**
 * Environment and flags as a host gives them to a server: whether the server takes them.
 *
 * @module
 */
import { assert } from "@std/assert";
import { TOKEN_VARIABLES } from "../../lib/deploy/admin_tokens.ts";
import { parseCommandLine } from "../../lib/gateway/command_line.ts";
import { envNames, type GatewayOptions } from "../../lib/gateway/option_table.ts";
import { resolveOptions } from "../../lib/gateway/options.ts";
import { START_ENV } from "./deployed.ts";

/** Read by deno, not by the server. */
const OF_DENO: readonly string[] = ["DENO_DIR", "DENO_NO_UPDATE_CHECK", "NO_COLOR"];

/**
 * The options that a server has with these.
 *
 * @throws {Error} where a variable is known to nobody, or an option is wrong.
 */
export function assertIsConfiguration(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): GatewayOptions {
  const known = [...Object.keys(START_ENV), ...Object.values(TOKEN_VARIABLES), ...envNames(), ...OF_DENO];
  for (const name of Object.keys(env)) assert(known.includes(name), `${name} is known to nobody`);
  return resolveOptions({ flags: parseCommandLine(args).flags, env });
}
