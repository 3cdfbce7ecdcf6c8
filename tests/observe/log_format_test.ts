/** The two forms of a log, and that nobody's words can take their shape. @module */
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import type { LogRecord } from "@logtape/logtape";
import fc from "fast-check";
import { LOG_FORMATS, type LogFormat, logFormatter } from "../../lib/observe/log_format.ts";

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

function recordOf(message: string, properties: Record<string, unknown> = {}, rest: Partial<LogRecord> = {}): LogRecord {
  const category = ["sockeye", "gateway"];
  return { category, level: "warning", message: [message], rawMessage: message, timestamp: AT, properties, ...rest };
}

/** To a file or a pipe, unless said otherwise. */
function shown(record: LogRecord, format: LogFormat, place = { isTerminal: false, hasColor: false }): string {
  return logFormatter(format, place)(record);
}

const json = (record: LogRecord) => JSON.parse(shown(record, "json"));

Deno.test("JSON: time, level, message, logger, and the fields in a place of their own", () => {
  assertEquals(json(recordOf("refused", { status: 403, path: "/a b" })), {
    "@timestamp": "2026-01-02T03:04:05.006Z",
    level: "WARN",
    message: "refused",
    logger: "sockeye.gateway",
    fields: { status: 403, path: "/a b" },
  });
});

Deno.test("JSON: a field cannot take the place of what the log says itself, whatever it is named", () => {
  const fields = { level: "INFO", message: "fine", logger: "x", "@timestamp": "never", fields: 1, trace_id: 7 };
  const line = json(recordOf("refused", fields));
  assertEquals([line.level, line.message, line.logger, line.fields], ["WARN", "refused", "sockeye.gateway", fields]);
  assertEquals(Object.keys(line), ["@timestamp", "level", "message", "logger", "fields"]);
});

Deno.test("JSON: what it belongs to stands beside the message, where OpenTelemetry looks for it", () => {
  const { trace_id, span_id, trace_flags, fields } = json(
    recordOf("m", { trace_id: "a".repeat(32), a: 1, span_id: "b".repeat(16), trace_flags: "01" }),
  );
  assertEquals([trace_id, span_id, trace_flags, fields], ["a".repeat(32), "b".repeat(16), "01", { a: 1 }]);
});

Deno.test("JSON: an error is its name, message and stack", () => {
  const { fields: { error } } = json(recordOf("m", { error: new TypeError("no") }));
  assertEquals([error.name, error.message], ["TypeError", "no"]);
  assertMatch(error.stack, /^TypeError: no\n +at .*log_format_test\.ts/);
});

Deno.test("text: time, level, message and name=value; in a terminal the time of day is enough", () => {
  const record = recordOf("refused", { status: 403, path: "/chat", reason: "two words", missing: undefined });
  const words = 'refused status=403 path=/chat reason="two words" missing=undefined';
  assertEquals(shown(record, "text"), `2026-01-02T03:04:05.006Z warn  ${words}`);
  assertMatch(
    shown(record, "text", { isTerminal: true, hasColor: false }),
    /^\d\d:04:05\.006 warn {2}refused status=403 /,
  );
});

Deno.test("text: colours are for the level and the names, and only where they are wanted", () => {
  const line = shown(recordOf("refused", { status: 403 }), "text", { isTerminal: true, hasColor: true });
  const [time, ...others] = line.split("\x1b[0m");
  assertMatch(time!, /^.\[2m\d\d:04:05\.006$/u);
  assertEquals(others, [" \x1b[1m\x1b[33mwarn ", " refused \x1b[2mstatus=", "403"]);
  assertFalse(shown(recordOf("refused", { status: 403 }), "text").includes("\x1b"));
});

Deno.test("text: whose record it is stands there where it is not the server's, and its template is filled", () => {
  const record = recordOf("", { n: 1 }, {
    category: ["shop", "cart"],
    message: ["added ", { id: 5n }, " to ", "a b", ""],
  });
  assertEquals(shown(record, "text").slice(25), 'warn  [shop.cart] added {"id":"5"} to "a b" n=1');
  assertEquals(json(record).message, 'added {"id":"5"} to "a b"');
});

Deno.test("text: stacks, causes and further lines of a message are indented below the line", () => {
  const error = new TypeError("no", { cause: new Error("deeper\nstill") });
  const [first, second, ...others] = shown(recordOf("one\ntwo", { error, route: "/echo" }), "text").split("\n");
  assertEquals([first?.slice(25), second], ["warn  one route=/echo", "      two"]);
  assertEquals(others[0], "      TypeError: no");
  assertMatch(others[1]!, /^ {10}at .*log_format_test\.ts/);
  assert(others.includes("      because of Error: deeper"), others.join("\n"));
  const some = shown(recordOf("m", { error: new AggregateError([new Error("a"), "b"], "both") }), "text");
  assertMatch(some, /\n {6}AggregateError: both\n[^]*\n {6}because of Error: a\n[^]*\n {6}because of b$/);
});

/** Begins a line, moves a cursor, hides text, ends a string: what somebody may send to a server. */
const NASTY = '"\\\r\n\x1b[2J\x1b]0;t\x07\u0085\u009b1m\u2028\u2029\u202e\u200b\u007f\u{e0041}{x}%s';

for (const format of LOG_FORMATS) {
  Deno.test(`${format}: what a client sent begins no line, hides nothing and commands no terminal`, () => {
    const line = shown(recordOf(`m ${NASTY}`, { path: NASTY, [NASTY]: 1, error: new Error(NASTY) }), format);
    assertFalse(/[\p{Cf}\u2028\u2029]/u.test(line) || /\p{Cc}/u.test(line.replaceAll("\n", "")), JSON.stringify(line));
    assert(line.split("\n").slice(1).every((one) => one.startsWith("      ")), line);
    if (format === "json") {
      const { message, fields } = JSON.parse(line);
      assertEquals([message, fields.path, fields[NASTY], fields.error.message], [`m ${NASTY}`, NASTY, 1, NASTY]);
    }
  });
}

Deno.test("property: any message and any fields are one line of JSON that says the same message, and some text", () => {
  const fields = fc.dictionary(
    fc.string({ unit: "binary" }),
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  );
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 99 }), fields, (message, properties) => {
    const line = shown(recordOf(message, properties), "json");
    assertFalse(line.includes("\n"));
    // A surrogate that stands alone is no text.
    assertEquals(JSON.parse(line).message.toWellFormed(), message.toWellFormed());
    const [, ...others] = shown(recordOf(message, properties), "text").split("\n");
    assert(others.every((one) => one.startsWith("      ")));
  }));
});
