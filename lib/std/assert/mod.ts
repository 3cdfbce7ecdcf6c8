/**
 * Stand-in for `@std/assert`, over `node:assert` and `node:util`, holding only what the tests use. Names, signatures
 * and behaviour are those of the package; `deno.jsr.json` runs the same tests against it.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { equal } from "./equal.ts";
export { assertEquals, assertNotEquals, assertNotStrictEquals, assertStrictEquals } from "./equality.ts";
export { assertInstanceOf, assertIsError, assertRejects, assertThrows } from "./error.ts";
export type { AnyConstructor } from "./error.ts";
export { assertArrayIncludes, assertMatch, assertStringIncludes } from "./includes.ts";
export type { ArrayLikeArg } from "./includes.ts";
export { assertAlmostEquals, assertGreater, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "./order.ts";
export { assert, assertExists, assertFalse, fail, unreachable } from "./truth.ts";
export type { Falsy } from "./truth.ts";
