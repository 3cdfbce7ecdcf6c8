import { assertEquals, assertMatch } from "@std/assert";
import { createLog, LOG_LEVELS, type LogLevel } from "../../lib/observe/log.ts";

/** The lines a log of this level writes when each level is used once. */
function linesAt(level: LogLevel): string[] {
  const lines: string[] = [];
  const log = createLog(level, (line) => lines.push(line));
  for (const own of ["debug", "info", "warn", "error"] as const) log[own](`a ${own}`);
  return lines;
}

Deno.test("createLog writes lines of its level and above, and none when silent", () => {
  assertEquals(linesAt("debug"), ["debug a debug", "info  a info", "warn  a warn", "error a error"]);
  assertEquals(linesAt("warn"), ["warn  a warn", "error a error"]);
  assertEquals(linesAt("silent"), []);
  assertEquals(LOG_LEVELS, ["debug", "info", "warn", "error", "silent"]);
});

Deno.test("createLog writes fields as name=value, and quotes what is no plain word", () => {
  const lines: string[] = [];
  const log = createLog("info", (line) => lines.push(line));
  log.info("refused", { status: 403, path: "/chat", reason: "two words", missing: undefined });
  assertEquals(lines, ['info  refused status=403 path=/chat reason="two words" missing=undefined']);
});

Deno.test("createLog keeps what a client sent in its own line", () => {
  const lines: string[] = [];
  const log = createLog("info", (line) => lines.push(line));
  log.info("refused", { path: "/\nerror everything is fine", name: "a\u0085b\u202ec" });
  assertEquals(lines[0]?.split("\n").length, 1);
  assertMatch(lines[0]!, /path="\/\\nerror everything is fine"/);
});

Deno.test("createLog writes an error with its stack, indented below the line", () => {
  const lines: string[] = [];
  const log = createLog("error", (line) => lines.push(line));
  log.error("echo.ts: message failed", { route: "/echo", error: new TypeError("no") });
  const [first, second, third] = lines[0]!.split("\n");
  assertEquals(first, "error echo.ts: message failed route=/echo");
  assertMatch(second!, /^ {6}TypeError: no/);
  assertMatch(third!, /^ {6} +at .*log_test\.ts/);
});

Deno.test("createLog adds what says where a line belongs, if there is any", () => {
  const lines: string[] = [];
  let where: Record<string, string> | undefined = { trace_id: "a", span_id: "b" };
  const log = createLog("info", (line) => lines.push(line), () => where);
  log.info("refused", { status: 403 });
  where = undefined;
  log.info("refused");
  assertEquals(lines, ["info  refused status=403 trace_id=a span_id=b", "info  refused"]);
});
