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

const TABLE: ReadonlyArray<readonly [first: number, last: number, AfterClose]> = [
  [1000, 1000, "stop"],
  [1012, 1012, "hurry"],
  [4000, 4099, "stop"],
  [4200, 4299, "hurry"],
  [4401, 4401, "refresh"],
  [4403, 4403, "refresh"],
];

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
  return TABLE.find(([first, last]) => first <= code && code <= last)?.[2] ?? "wait";
}
