/** The assertions of `@std/assert` that compare two values. @module */
import {
  assertEquals,
  AssertionError,
  assertMatch,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

Deno.test("assertEquals passes equal values and throws AssertionError for others, with the message", () => {
  assertEquals({ a: [1] }, { a: [1] });
  const error = assertThrows(() => assertEquals({ a: 1 }, { a: 2 }, "on purpose"), AssertionError, "on purpose");
  assertStringIncludes(error.message, "Values are not equal");
});

Deno.test("assertEquals shows both values", () => {
  const error = assertThrows(() => assertEquals({ a: 1234 }, { a: 5678 }), AssertionError);
  assertMatch(error.message, /1234[\s\S]*5678|5678[\s\S]*1234/);
});

Deno.test("assertEquals ends soon for two large arrays of bytes that differ", () => {
  const actual = new Uint8Array(1 << 14);
  const expected = actual.slice();
  expected[9000] = 1;
  assertThrows(() => assertEquals(actual, expected), AssertionError, "Values are not equal");
  assertThrows(() => assertEquals(actual, actual.subarray(1)), AssertionError, "Values are not equal");
});

Deno.test("assertNotEquals is the opposite of assertEquals", () => {
  assertNotEquals<unknown>({ a: 1 }, { a: 2 });
  assertThrows(() => assertNotEquals({ a: 1 }, { a: 1 }, "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertStrictEquals wants identity, as Object.is sees it", () => {
  const one = {};
  assertStrictEquals(one, one);
  assertStrictEquals(NaN, NaN);
  assertThrows(() => assertStrictEquals(0, -0), AssertionError, "Values are not strictly equal");
  assertThrows(() => assertStrictEquals({ a: 1 }, { a: 1 }), AssertionError, "same structure");
  assertThrows(() => assertStrictEquals({ a: 1 }, { a: 2 }, "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertNotStrictEquals is the opposite of assertStrictEquals", () => {
  assertNotStrictEquals({}, {});
  const one = {};
  assertThrows(() => assertNotStrictEquals(one, one, "on purpose"), AssertionError, "on purpose");
});
