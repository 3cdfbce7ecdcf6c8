/** The assertions of `@std/assert` about errors and classes. @module */
import {
  assertEquals,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";

const boom = (): never => {
  throw new RangeError("too far away");
};

Deno.test("assertThrows returns what was thrown, error or not", () => {
  assertInstanceOf(assertThrows(boom), RangeError);
  assertEquals(
    assertThrows(() => {
      // deno-lint-ignore no-throw-literal -- that is what is tested
      throw "a string";
    }),
    "a string",
  );
});

Deno.test("assertThrows returns the error of the class asked for", () => {
  const error: RangeError = assertThrows(boom, RangeError, "far");
  assertEquals(error.message, "too far away");
});

Deno.test("assertThrows fails when nothing is thrown, with the message", () => {
  assertThrows(() => assertThrows(() => 1), AssertionError, "Expected function to throw");
  assertThrows(() => assertThrows(() => 1, "on purpose"), AssertionError, "on purpose");
  assertThrows(() => assertThrows(() => 1, RangeError, "far", "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertThrows fails for another class, another message, and what is no error", () => {
  assertThrows(() => assertThrows(boom, TypeError), AssertionError, "TypeError");
  assertThrows(() => assertThrows(boom, RangeError, "near"), AssertionError, "near");
  const throwNull = () => {
    // deno-lint-ignore no-throw-literal -- that is what is tested
    throw null;
  };
  assertThrows(() => assertThrows(throwNull, Error), AssertionError, "non-Error");
});

Deno.test("assertRejects resolves to what the promise rejected with", async () => {
  const cause = new TypeError("gone");
  assertStrictEquals(await assertRejects(() => Promise.reject(cause)), cause);
  const error: TypeError = await assertRejects(() => Promise.reject(cause), TypeError, "gone");
  assertStrictEquals(error, cause);
});

Deno.test("assertRejects fails when the promise resolves, with the message", async () => {
  await assertRejects(
    () => assertRejects(() => Promise.resolve(1)),
    AssertionError,
    "Expected function to reject",
  );
  await assertRejects(() => assertRejects(() => Promise.resolve(1), "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertRejects fails when the function throws instead of rejecting", async () => {
  await assertRejects(() => assertRejects(boom), AssertionError, "Function throws when expected to reject");
});

Deno.test("assertRejects fails for another class and another message", async () => {
  const reject = () => Promise.reject(new RangeError("too far away"));
  await assertRejects(() => assertRejects(reject, TypeError), AssertionError, "TypeError");
  await assertRejects(() => assertRejects(reject, RangeError, "near"), AssertionError, "near");
});

Deno.test("assertIsError narrows by class and message", () => {
  const error: unknown = new RangeError("too far away");
  assertIsError(error, RangeError, /far/);
  assertEquals(error.message, "too far away");
  assertThrows(() => assertIsError("text"), AssertionError);
  assertThrows(() => assertIsError(error, RangeError, /near/), AssertionError);
});

Deno.test("assertInstanceOf narrows by class, and fails for others", () => {
  assertInstanceOf(new Map(), Map);
  assertThrows(() => assertInstanceOf(new Map(), Set), AssertionError, "Set");
  assertThrows(() => assertInstanceOf(null, Set), AssertionError, "null");
  assertThrows(() => assertInstanceOf(1, Set, "on purpose"), AssertionError, "on purpose");
});
