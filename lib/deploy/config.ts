/**
 * `sockeye.config.ts` of the working directory.
 *
 * @module
 */
import { CONFIG_FILE } from "../gateway/mod.ts";
import { messageOf } from "../route/table.ts";
import { fileUrl } from "../runtime/mod.ts";

/** The file cannot be used: the message says why. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Its default export; undefined when there is no such file, or it may not be read.
 *
 * @throws {ConfigError} when it fails.
 */
export async function readConfig(): Promise<object | undefined> {
  const url = fileUrl(`${Deno.cwd()}/${CONFIG_FILE}`);
  try {
    await Deno.stat(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
  try {
    const config: { readonly default?: object } = await import(url.href);
    return config.default ?? {};
  } catch (error) {
    const message = messageOf(error);
    throw new ConfigError(`${CONFIG_FILE}: ${message}`, { cause: error });
  }
}
