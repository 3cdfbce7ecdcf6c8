/**
 * Tests of reading, checking and writing the values of options.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { OptionSpec } from "../../lib/gateway/option_spec.ts";
import { GATEWAY_OPTIONS, OPTION_NAMES, specOf } from "../../lib/gateway/option_table.ts";
import type { OptionName } from "../../lib/gateway/option_table.ts";
import { checkValue, defaultText, readText, shown, textOf } from "../../lib/gateway/option_values.ts";
import { valueArbitrary } from "./support/option_arbitrary.ts";

/** A wrong text for each option, and a part of what its refusal says. */
const WRONG_TEXTS: Readonly<Record<OptionName, readonly [text: string, allowed: string]>> = {
  port: ["65536", "0 to 65535"],
  workers: ["65", "1 to 64, or auto"],
  hostname: ["localhost:4000", "without port"],
  cert: ["a\0b", "path of a file"],
  key: ["a\0b", "path of a file"],
  proxyProtocol: ["10.0.0.0/33", "0 to 32"],
  socket: ["a\0b", "path of a file"],
  socketMode: ["777", "600, 660, 666"],
  transport: ["uring", "deno, epoll"],
  publicMetrics: ["yes", "on or off"],
  routes: ["", "path of a folder"],
  logLevel: ["loud", "debug, info, warn, error, silent"],
  logFormat: ["xml", "auto, text, json"],
  allowedOrigins: ["https://a.example,example.com/x", '"example.com/x"'],
  trustedProxies: ["10.0.0.0/8,proxy", '"proxy"'],
  maxHeadBytes: ["255", "256 to 1048576"],
  maxHeaderFields: ["4", "5 to 10000"],
  handshakeTimeoutMs: ["0", "1 to 2147483647"],
  upgradeTimeoutMs: ["0", "1 to 2147483647"],
  authTimeoutMs: ["0", "1 to 2147483647"],
  responseTimeoutMs: ["0", "1 to 2147483647"],
  maxBodyBytes: ["1.5MiB", "bytes"],
  keepAliveTimeoutMs: ["10 minutes", "milliseconds"],
  maxMessageBytes: ["512MiB", "(511MiB)"],
  maxFragments: ["0", "fragments"],
  messageRate: ["-1", "or 0 for off"],
  messageTimeoutMs: ["1d", "ms, s, m or h"],
  perMessageDeflate: ["1", "on or off"],
  pingIntervalMs: ["2147483648", "or 0 for off"],
  pongTimeoutMs: ["off", "1 to"],
  idleTimeoutMs: ["never", "or 0 for off"],
  writeTimeoutMs: ["0ms", "1 to"],
  closeTimeoutMs: ["-5s", "milliseconds"],
  pollWaitMs: ["-5s", "milliseconds"],
  sessionTimeoutMs: ["-5s", "milliseconds"],
  highWaterBytes: ["64KB", "B, KiB, MiB or GiB"],
  maxBufferedBytes: ["0", "1 to"],
  maxQueuedBytes: ["64 Ki", "bytes"],
  maxMemoryBytes: ["1KiB", "1048576 to"],
  maxConnections: ["1e3", "connections"],
  maxConnectionsPerIp: ["two", "or 0 for off"],
  handshakeRatePerIp: ["-1", "or 0 for off"],
  acceptRatePerSecond: ["99999999999999999999", "per second"],
  drainTimeoutMs: ["0", "1 to"],
  drainBatchSize: ["0x10", "connections"],
  drainIntervalMs: ["", "1 to"],
  natsUrl: ["localhost:4222", "nats://host:port"],
  redisUrl: ["http://localhost", "redis://host:port"],
  maxTopicsPerPeer: ["0", "topics, 1 to 10000"],
  maxTopics: ["-1", "topics"],
  maxHistoryBytes: ["1", "1024 to"],
  presenceTtlMs: ["off", "100 to"],
  swapTimeoutMs: ["0", "1 to"],
  keptDeployments: ["101", "deployments, 1 to 100"],
  admin: ["4001", "host:port"],
  maxDeploymentBytes: ["2GiB", "(1GiB)"],
  deployKey: ["my key", "Ed25519 public key"],
  dataDir: ["a\0b", "path of a folder"],
};

for (const [name, [text, allowed]] of Object.entries(WRONG_TEXTS)) {
  Deno.test(`readText refuses ${JSON.stringify(text)} for ${name} and says what is allowed`, () => {
    const reading = readText(specOf(name as OptionName), text);
    assert(!reading.ok);
    assertStringIncludes(reading.problem, "must be ");
    assertStringIncludes(reading.problem, allowed);
  });
}

const WRONG_TYPES: readonly unknown[] = [true, {}, Symbol("x"), 1.5, NaN, Infinity, [1], ["https://a.example", null]];

for (const name of OPTION_NAMES) {
  Deno.test(`checkValue refuses every value of a wrong type for ${name}`, () => {
    // On, and no field said otherwise.
    const isRight = (value: unknown) =>
      specOf(name).kind === "switch"
        ? value === true
        : name === "perMessageDeflate" && (value === true || shown(value) === "{}");
    for (const value of WRONG_TYPES.filter((value) => !isRight(value))) {
      assertFalse(checkValue(specOf(name), value).ok, shown(value));
    }
    assertEquals(checkValue(specOf(name), null).ok, name === "allowedOrigins");
  });
}

Deno.test("checkValue takes a number from code, not its text", () => {
  assertFalse(checkValue(GATEWAY_OPTIONS.port, "4000").ok);
  assertFalse(checkValue(GATEWAY_OPTIONS.maxHeadBytes, "16KiB").ok);
});

Deno.test("readText takes sizes with B, KiB, MiB, GiB and TiB, in any case, with one space or none", () => {
  const sizes = { "1048576": 2 ** 20, "1048576B": 2 ** 20, "2048 KiB": 2 ** 21, "1gib": 2 ** 30, " 2TiB ": 2 ** 41 };
  for (const [text, value] of Object.entries(sizes)) {
    assertEquals(readText(GATEWAY_OPTIONS.maxMemoryBytes, text), { ok: true, value }, text);
  }
});

Deno.test("readText takes durations with ms, s, m and h", () => {
  const durations = { "250": 250, "500ms": 500, "10s": 10_000, "2m": 120_000, "1h": 3_600_000 };
  for (const [text, value] of Object.entries(durations)) {
    assertEquals(readText(GATEWAY_OPTIONS.pongTimeoutMs, text), { ok: true, value }, text);
  }
});

Deno.test("readText takes no suffix for what is neither size nor duration", () => {
  for (const text of ["1s", "1KiB", "1constructor"]) assertFalse(readText(GATEWAY_OPTIONS.maxFragments, text).ok, text);
  assertFalse(readText(GATEWAY_OPTIONS.port, "4s").ok);
});

Deno.test("readText takes 0 and off where the row says that 0 means off", () => {
  for (const text of ["0", "off", "OFF", "0s"]) {
    assertEquals(readText(GATEWAY_OPTIONS.pingIntervalMs, text), { ok: true, value: 0 }, text);
  }
});

Deno.test("readText takes lists separated by commas, spaces and empty items aside", () => {
  const reading = readText(GATEWAY_OPTIONS.trustedProxies, " 10.0.0.0/8 , ::1,,fd00::/8");
  assertEquals(reading, { ok: true, value: ["10.0.0.0/8", "::1", "fd00::/8"] });
  assertEquals(readText(GATEWAY_OPTIONS.trustedProxies, ""), { ok: true, value: [] });
});

Deno.test("a network is an IP address or a block with a prefix of its family", () => {
  const isNetwork = (text: string): boolean => checkValue(GATEWAY_OPTIONS.trustedProxies, [text]).ok;
  for (const text of ["0.0.0.0/0", "10.1.2.3", "10.0.0.0/32", "::/0", "::1/128"]) assert(isNetwork(text), text);
  for (const text of ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "/8", "10.0.0.0/-1", ""]) {
    assertFalse(isNetwork(text), text);
  }
});

Deno.test("an allowed origin is what the origin check takes", () => {
  const isOrigins = (value: unknown): boolean => checkValue(GATEWAY_OPTIONS.allowedOrigins, value).ok;
  for (const text of ["*", "https://example.com", "http://localhost:3000"]) assert(isOrigins([text]), text);
  for (const text of ["example.com", "https://example.com/path", ""]) assertFalse(isOrigins([text]), text);
});

Deno.test("a host is an IP address or a host name, without port and scheme", () => {
  const isHost = (text: string): boolean => readText(GATEWAY_OPTIONS.hostname, text).ok;
  for (const text of ["0.0.0.0", "::", "[::1]", "localhost", "a-b.example", "web_1"]) assert(isHost(text), text);
  const wrong = ["", "256.1.1.1", "1.2.3", "a..b", "-a", "http://a", "a b", "*", "::g", "x".repeat(64), "é.example"];
  for (const text of wrong) assertFalse(isHost(text), text);
  assertFalse(isHost(`${"a.".repeat(127)}ab`));
});

Deno.test("readText takes an IPv6 address out of its brackets", () => {
  assertEquals(readText(GATEWAY_OPTIONS.hostname, "[::1]"), { ok: true, value: "::1" });
});

Deno.test("textOf writes numbers in the largest unit that divides them", () => {
  const written: readonly [OptionSpec, number, string][] = [
    [GATEWAY_OPTIONS.maxHeadBytes, 16_384, "16KiB"],
    [GATEWAY_OPTIONS.maxHeadBytes, 1_000, "1000"],
    [GATEWAY_OPTIONS.pingIntervalMs, 25_000, "25s"],
    [GATEWAY_OPTIONS.drainIntervalMs, 100, "100ms"],
    [GATEWAY_OPTIONS.idleTimeoutMs, 0, "off"],
    [GATEWAY_OPTIONS.maxFragments, 16_384, "16384"],
    [GATEWAY_OPTIONS.port, 0, "0"],
  ];
  for (const [spec, value, text] of written) assertEquals(textOf(spec, value as never), text);
});

Deno.test("readText reads back what textOf writes, for every option and any value it allows", () => {
  for (const name of OPTION_NAMES) {
    const spec = specOf(name);
    fc.assert(
      fc.property(valueArbitrary(name), (value) => {
        assertEquals(checkValue(spec, value), { ok: true, value });
        assertEquals(readText(spec, textOf(spec, value)), { ok: true, value });
      }),
      { numRuns: 50 },
    );
  }
});

Deno.test("readText answers any text with a value the row allows or with a sentence, and never throws", () => {
  fc.assert(fc.property(fc.constantFrom(...OPTION_NAMES), fc.string(), (name, text) => {
    const reading = readText(specOf(name), text);
    if (reading.ok) assertEquals(checkValue(specOf(name), reading.value).ok, true);
    else assertStringIncludes(reading.problem, "must be ");
  }));
});

Deno.test("defaultText says in words what a value alone does not", () => {
  assertEquals(defaultText(GATEWAY_OPTIONS.maxHeadBytes), "16KiB");
  assertEquals(defaultText(GATEWAY_OPTIONS.allowedOrigins), "own origin");
  assertStringIncludes(defaultText(GATEWAY_OPTIONS.maxMemoryBytes), "half of the memory limit");
});

Deno.test("shown writes any value in at most 80 characters", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  assertEquals(
    ["a", 1, NaN, null, undefined, 1n, [1]].map(shown),
    ['"a"', "1", "NaN", "null", "undefined", "1n", "[1]"],
  );
  for (const value of [circular, Symbol("x"), () => 0, "x".repeat(1_000)]) assertLessOrEqual(shown(value).length, 80);
});
