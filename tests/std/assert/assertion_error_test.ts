/** `AssertionError` as `@std/assert` has it. @module */
import { assertEquals, assertInstanceOf, AssertionError } from "@std/assert";

Deno.test("AssertionError is an Error of that name, with a message and a cause", () => {
  const error = new AssertionError("why", { cause: 7 });
  assertInstanceOf(error, Error);
  assertEquals(error.name, "AssertionError");
  assertEquals(error.message, "why");
  assertEquals(error.cause, 7);
});
