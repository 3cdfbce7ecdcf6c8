/**
 * A fault that trying again does not mend.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";

/** The broker, or we before it, will never do this: credentials it does not take, a service it does not offer. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Passes on what a client's module exports; where it is not installed, says what to do. */
export async function loaded<T>(client: Promise<T>, option: string): Promise<T> {
  try {
    return await client;
  } catch (error) {
    const advice = "run `npx -y deno install` where the server's deno.json is";
    throw new RefusedError(`${option}: its client cannot be loaded; ${advice}: ${messageOf(error)}`, { cause: error });
  }
}
