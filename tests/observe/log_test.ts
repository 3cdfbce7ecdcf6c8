/** What a log writes, alone and shared with others that use LogTape. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { configureSync, getLogger, resetSync, withContext } from "@logtape/logtape";
import { createLog, LOG_LEVELS, type LogLevel, type LogParts, type ServerLog } from "../../lib/observe/log.ts";

/** A log whose lines are kept, as text without the time. */
function kept(parts: Partial<LogParts> = {}): { readonly log: ServerLog; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.replace(/^\S+Z /, ""));
  return { lines, log: createLog({ level: "info", format: "text", write, ...parts }) };
}

/** The lines a log of this level writes when each level is used once. */
function linesAt(level: LogLevel): string[] {
  const { lines, log } = kept({ level });
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
  const { log, lines } = kept();
  log.info("refused", { status: 403, path: "/chat", reason: "two words", missing: undefined });
  assertEquals(lines, ['info  refused status=403 path=/chat reason="two words" missing=undefined']);
});

Deno.test("createLog keeps what a client sent in its own line", () => {
  const { log, lines } = kept();
  log.info("refused", { path: "/\nerror everything is fine", name: "a\u0085b\u202ec" });
  assertEquals(lines, ['info  refused path="/\\nerror everything is fine" name="a\\u0085b\\u202ec"']);
});

Deno.test("createLog writes an error with its stack, indented below the line", () => {
  const { log, lines } = kept();
  log.error("echo.ts: message failed", { route: "/echo", error: new TypeError("no") });
  const [first, second, third] = lines[0]!.split("\n");
  assertEquals(first, "error echo.ts: message failed route=/echo");
  assertMatch(second!, /^ {6}TypeError: no/);
  assertMatch(third!, /^ {6} +at .*log_test\.ts/);
});

Deno.test("a message is no template, and a field that cannot be read stops nothing", () => {
  const { log, lines } = kept();
  log.share();
  try {
    log.warn("{path} is %s", { path: 1 });
    const closed = Object.defineProperty({}, "a", { enumerable: true, get: () => JSON.parse("{") });
    log.warn("read", closed);
    assertEquals(lines[0], "warn  {path} is %s path=1");
    assertMatch(lines[1]!, /^warn {2}read a="\(cannot be read: /);
  } finally {
    resetSync();
  }
});

Deno.test("of: a part of the server has a category of its own", () => {
  const { log, lines } = kept({ format: "json" });
  log.of("gateway").warn("refused");
  log.info("stopped");
  assertEquals(lines.map((line) => JSON.parse(line).logger), ["sockeye.gateway", "sockeye"]);
});

Deno.test("correlation is asked for each record, and what it throws costs nothing", () => {
  let count = 0;
  const { log, lines } = kept({ correlation: () => ++count === 2 ? undefined : { trace_id: `t${count}` } });
  log.info("a", { trace_id: "forged" });
  log.info("b");
  log.debug("not written, so not asked");
  log.info("c");
  assertEquals(lines, ["info  a trace_id=t1", "info  b", "info  c trace_id=t3"]);
  const broken = kept({ correlation: () => JSON.parse("{") });
  broken.log.info("a", { b: 1 });
  assertEquals(broken.lines, ["info  a b=1"]);
});

Deno.test("passOn writes a record of another process in the form of this log, with its time and who wrote it", () => {
  const worker = kept({ format: "json" });
  worker.log.of("runtime").error("failed", { error: new Error("no"), worker: "forged" });
  const text: string[] = [];
  const log = createLog({ level: "info", format: "text", write: (line) => text.push(line) });
  assertEquals(log.passOn(worker.lines[0]!, { worker: 2 }), true);
  assertEquals(log.passOn("console.error of a route", { worker: 2 }), false);
  const { "@timestamp": time } = JSON.parse(worker.lines[0]!);
  assertEquals(text.length, 1);
  assertEquals(text[0]!.split("\n").slice(0, 2), [`${time} error failed worker=2`, "      Error: no"]);
  const { log: again, lines } = kept({ format: "json" });
  again.passOn(worker.lines[0]!, { worker: 2 });
  const [wanted, got] = [worker.lines[0]!, lines[0]!].map((line) => JSON.parse(line));
  assertEquals(got, { ...wanted, fields: { ...wanted.fields, worker: 2 } });
});

Deno.test("end says why, at any level: as it is in text, as a record in JSON", () => {
  const text = kept({ level: "silent" });
  text.log.end("sockeye cannot start: no port");
  assertEquals(text.lines, ["sockeye cannot start: no port"]);
  const json = kept({ level: "silent", format: "json" });
  json.log.end("sockeye cannot start: no port");
  const { level, message } = JSON.parse(json.lines[0]!);
  assertEquals([level, message], ["FATAL", "sockeye cannot start: no port"]);
});

Deno.test("share: who logs by LogTape in this process writes to the same log, with its level", () => {
  const { log, lines } = kept({ level: "warn" });
  log.share();
  try {
    withContext({ request: 7 }, () => getLogger(["shop", "cart"]).warn("added {id}", { id: "a" }));
    getLogger(["shop"]).info("too little");
    log.of("gateway").warn("refused");
    assertEquals(lines, ["warn  [shop.cart] added a request=7 id=a", "warn  refused"]);
  } finally {
    resetSync();
  }
});

Deno.test("share: a sink that another one adds gets the server's records, once each, and the log goes on", () => {
  const { log, lines } = kept();
  log.share();
  const others: string[] = [];
  try {
    configureSync({
      reset: true,
      sinks: { other: ({ category }) => void others.push(category.join(".")) },
      loggers: [{ category: "sockeye", sinks: ["other"] }, { category: ["logtape", "meta"], lowestLevel: "fatal" }],
    });
    log.of("gateway").warn("refused");
    assertEquals([lines, others], [["warn  refused"], ["sockeye.gateway"]]);
  } finally {
    resetSync();
  }
  log.warn("still there");
  assertEquals(lines.at(-1), "warn  still there");
});

Deno.test("share: nothing is said of LogTape itself, but of what goes wrong in it", () => {
  const { log, lines } = kept({ level: "debug" });
  log.share();
  try {
    assertEquals(lines, []);
    getLogger(["logtape", "meta"]).error("a sink failed");
    assertStringIncludes(lines[0]!, "[logtape.meta] a sink failed");
  } finally {
    resetSync();
  }
});
