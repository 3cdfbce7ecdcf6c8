/**
 * Another program's output, or the reason why there is none.
 *
 * @module
 */
import { ImageError } from "./image_error.ts";

/** What is to be run. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Where. Default: here. */
  readonly folder?: string;
  /** What to do when there is no such program. */
  readonly install: string;
}

/** Runs it to its end. @throws {ImageError} when it is missing or fails. */
export async function outputOf({ program, args, folder, install }: Command): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      ...(folder === undefined ? {} : { cwd: folder }),
      stdin: "null",
    }).output();
    if (success) return stdout;
    throw new ImageError(`${program} ${args.at(0) ?? ""} failed:\n${new TextDecoder().decode(stderr).trim()}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new ImageError(`${program} is missing: ${install}`);
    throw error;
  }
}
