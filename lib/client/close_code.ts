/**
 * What the client does after a close code: a table over all of them. docs/PROTOCOL.md §Closing.
 *
 * @module
 */

/**
 * - `stop`: it is over.
 * - `refresh`: once more, with a new token.
 * - `hurry`: once more, at once.
 * - `wait`: once more, after a wait that grows.
 */
export type AfterClose = "stop" | "refresh" | "hurry" | "wait";

/** By the code, or by its first two digits. */
const TABLE: Readonly<Record<number, AfterClose>> = {
  1000: "stop",
  1012: "hurry",
  40: "stop",
  42: "hurry",
  4401: "refresh",
  4403: "refresh",
};

/**
 * What to do after a connection ended with this code.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { afterClose } from "./close_code.ts";
 *
 * assertEquals([1000, 1006, 1012, 4401].map(afterClose), ["stop", "wait", "hurry", "refresh"]);
 * ```
 */
export function afterClose(code: number): AfterClose {
  return TABLE[code] ?? TABLE[code / 100 | 0] ?? "wait";
}
