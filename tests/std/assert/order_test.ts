/** The assertions of `@std/assert` about order and nearness. @module */
import {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";

Deno.test("assertGreater and assertLess refuse equal values", () => {
  assertGreater(2, 1);
  assertLess(1, 2);
  assertThrows(() => assertGreater(1, 1), AssertionError, "Expect 1 > 1");
  assertThrows(() => assertLess(1, 1), AssertionError, "Expect 1 < 1");
  assertThrows(() => assertGreater(1, 2, "on purpose"), AssertionError, "on purpose");
  assertThrows(() => assertLess(2, 1, "on purpose"), AssertionError, "on purpose");
});

Deno.test("assertGreaterOrEqual and assertLessOrEqual take equal values", () => {
  assertGreaterOrEqual(1, 1);
  assertLessOrEqual(1, 1);
  assertThrows(() => assertGreaterOrEqual(1, 2), AssertionError, "Expect 1 >= 2");
  assertThrows(() => assertLessOrEqual(2, 1), AssertionError, "Expect 2 <= 1");
});

Deno.test("assertAlmostEquals allows the tolerance given, else a ten-millionth", () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(100, 101, 1);
  assertAlmostEquals(Infinity, Infinity);
  assertThrows(() => assertAlmostEquals(100, 100.1), AssertionError);
  assertThrows(() => assertAlmostEquals(100, 102, 1, "on purpose"), AssertionError, "on purpose");
  assertThrows(() => assertAlmostEquals(NaN, 1, 1), AssertionError);
});
