/** The options of listening; what holds for all rows stands in `option_table_test.ts`. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { LISTEN_OPTIONS } from "../../lib/gateway/listen_options.ts";
import { OptionError } from "../../lib/gateway/option_error.ts";
import { OPTION_NAMES } from "../../lib/gateway/option_table.ts";
import { resolveOptions } from "../../lib/gateway/options.ts";

Deno.test("LISTEN_OPTIONS are the first rows of the table", () => {
  const names = Object.keys(LISTEN_OPTIONS);
  assertEquals(OPTION_NAMES.slice(0, names.length) as readonly string[], names);
});

Deno.test("LISTEN_OPTIONS: workers are a number, or one for each core", () => {
  const workers = (text: string) => resolveOptions({ env: { SOCKEYE_WORKERS: text } }).workers;
  assertEquals([workers("2"), workers("auto"), workers("AUTO"), workers("64")], [2, "auto", "auto", 64]);
  assertEquals(resolveOptions({ config: { workers: "auto" } }).workers, "auto");
  for (const wrong of ["0", "65", "two", "1.5"]) {
    const error = assertThrows(() => workers(wrong), OptionError);
    assertStringIncludes(error.message, "a number of processes, 1 to 64, or auto");
  }
});
