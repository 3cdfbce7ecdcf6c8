/**
 * Tests of the error for wrong options.
 *
 * @module
 */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { OptionError } from "../../lib/gateway/option_error.ts";

Deno.test("OptionError is the problem itself where there is one", () => {
  const error = new OptionError(['--port "x": must be a port']);
  assertInstanceOf(error, TypeError);
  assertEquals(String(error), 'OptionError: --port "x": must be a port');
});

Deno.test("OptionError lists several problems, one a line", () => {
  const error = new OptionError(["first", "second"]);
  assertEquals(error.message, "2 options are wrong:\n  first\n  second");
  assertEquals(error.problems, ["first", "second"]);
});
