/** A line of a JSON log becomes the record again that it was. @module */
import { assertEquals } from "@std/assert";
import type { LogRecord } from "@logtape/logtape";
import { logFormatter } from "../../lib/observe/log_format.ts";
import { recordOfLine } from "../../lib/observe/log_line.ts";

const format = logFormatter("json", { isTerminal: false, hasColor: false });

function recordOf(level: LogRecord["level"], properties: Record<string, unknown>): LogRecord {
  return {
    category: ["sockeye", "a"],
    level,
    message: ["m {x}\n"],
    rawMessage: "m {x}\n",
    timestamp: 1_000,
    properties,
  };
}

Deno.test("recordOfLine reads each level, and all that is in a record", () => {
  for (const level of ["trace", "debug", "info", "warning", "error", "fatal"] as const) {
    const record = recordOf(level, { a: { b: [1, null, "x"] }, trace_id: "abc" });
    assertEquals(recordOfLine(format(record)), record);
  }
  const error = new RangeError("far");
  const { name, message, stack } = recordOfLine(format(recordOf("error", { error })))!.properties["error"] as Error;
  assertEquals([name, message, stack], ["RangeError", "far", error.stack]);
  assertEquals(recordOfLine(format({ ...recordOf("info", {}), category: [] }))!.category, []);
});

Deno.test("recordOfLine takes nothing for a record that a program has printed", () => {
  const line = format(recordOf("info", {}));
  assertEquals(recordOfLine(line)?.level, "info");
  const others = [
    "",
    "TypeError: no",
    "{}",
    '{"level":"INFO"}',
    line.slice(0, -1),
    `${line} `.slice(1),
    line.replace("INFO", "LOUD"),
    line.replace('"m {x}\\n"', "7"),
    line.replace('"fields":{}', '"fields":null'),
    line.replace('"fields":{}', '"fields":[]'),
    line.replace(/"1970[^"]*"/, '"soon"'),
    line.replace('"logger":"sockeye.a",', ""),
  ];
  for (const other of others) assertEquals(recordOfLine(other), undefined, other);
});
