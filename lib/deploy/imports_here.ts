/**
 * What bare names stand for where the server is started or built.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";

/**
 * `imports` of the working directory's deno.json; none where there is no such file.
 *
 * @throws {SyntaxError} when it cannot be read.
 */
export async function importsHere(): Promise<Readonly<Record<string, string>>> {
  try {
    return (JSON.parse(await Deno.readTextFile("deno.json")) as { imports?: Record<string, string> }).imports ?? {};
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new SyntaxError(`deno.json cannot be read: ${messageOf(error)}`);
  }
}
