/** The assertions of `@std/assert` about one value alone. @module */
import {
  assert,
  assertEquals,
  assertExists,
  assertFalse,
  AssertionError,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";

const FALSY = [false, 0, 0n, "", null, undefined, NaN] as const;
const TRUTHY = [true, 1, "0", {}, []] as const;

Deno.test("assert takes what is truthy and narrows", () => {
  for (const value of TRUTHY) assert(value);
  for (const value of FALSY) assertThrows(() => assert(value, "on purpose"), AssertionError, "on purpose");
  const text: string | undefined = ["x"].at(0);
  assert(text);
  assertEquals(text.length, 1);
});

Deno.test("assertFalse takes what is falsy", () => {
  for (const value of FALSY) assertFalse(value);
  for (const value of TRUTHY) assertThrows(() => assertFalse(value, "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertExists refuses null and undefined only", () => {
  for (const value of [false, 0, "", NaN]) assertExists(value);
  assertThrows(() => assertExists(null), AssertionError);
  assertThrows(() => assertExists(undefined, "on purpose"), AssertionError, "on purpose");
});

Deno.test("fail and unreachable always throw AssertionError", () => {
  assertThrows(() => fail("on purpose"), AssertionError, "Failed assertion: on purpose");
  assertThrows(() => unreachable(), AssertionError);
});
