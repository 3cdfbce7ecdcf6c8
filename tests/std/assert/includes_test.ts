/** The assertions of `@std/assert` that look for something in something. @module */
import { assertArrayIncludes, AssertionError, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";

Deno.test("assertStringIncludes wants a part of the text", () => {
  assertStringIncludes("Sockeye", "eye");
  assertThrows(() => assertStringIncludes("Sockeye", "ear", "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertMatch wants the expression to match", () => {
  assertMatch("Sockeye", /^S.*e$/);
  assertThrows(() => assertMatch("Sockeye", /^e/, "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertArrayIncludes wants each element somewhere, by content", () => {
  assertArrayIncludes([{ a: 1 }, 2, 3], [3, { a: 1 }]);
  assertArrayIncludes([], []);
  assertThrows(() => assertArrayIncludes([1, 2], [2, 3], "on purpose"), AssertionError, "on purpose");
});
