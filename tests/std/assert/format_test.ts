/** What a failed assertion of `@std/assert` shows. @module */
import { assertEquals, AssertionError, assertStringIncludes, assertThrows } from "@std/assert";

Deno.test("a failed assertEquals shows each value that differs, deep down", () => {
  const { message } = assertThrows(
    () => assertEquals({ a: { b: { c: ["left"] } } }, { a: { b: { c: ["right"] } } }),
    AssertionError,
  );
  assertStringIncludes(message, "left");
  assertStringIncludes(message, "right");
});

Deno.test("a failed assertEquals of strings shows both", () => {
  const { message } = assertThrows(() => assertEquals("one\ntwo", "one\nthree"), AssertionError);
  assertStringIncludes(message, "two");
  assertStringIncludes(message, "three");
});

Deno.test("a failed assertion ends its first sentence with the message given", () => {
  const { message } = assertThrows(() => assertEquals(1, 2, "on purpose"), AssertionError);
  assertStringIncludes(message, "Values are not equal: on purpose");
});
