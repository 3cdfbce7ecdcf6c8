/**
 * Tests of the option table: its rows agree with themselves and with the design.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertLessOrEqual, assertMatch } from "@std/assert";
import {
  envNames,
  envOf,
  flagOf,
  GATEWAY_DEFAULTS,
  GATEWAY_OPTIONS,
  isOptionName,
  OPTION_NAMES,
  specOf,
} from "../../lib/gateway/option_table.ts";
import { checkValue } from "../../lib/gateway/option_values.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

Deno.test("GATEWAY_DEFAULTS are those of the design", () => {
  assertEquals(GATEWAY_DEFAULTS, {
    port: 4000,
    hostname: "0.0.0.0",
    cert: "",
    key: "",
    proxyProtocol: [],
    socket: "",
    socketMode: "660",
    transport: "deno",
    workers: 1,
    publicMetrics: false,
    routes: "routes",
    logLevel: "info",
    logFormat: "auto",
    allowedOrigins: null,
    trustedProxies: [],
    maxHeadBytes: 16 * KIB,
    maxHeaderFields: 100,
    handshakeTimeoutMs: 10_000,
    upgradeTimeoutMs: 10_000,
    authTimeoutMs: 10_000,
    responseTimeoutMs: 30_000,
    maxBodyBytes: MIB,
    keepAliveTimeoutMs: 60_000,
    maxMessageBytes: MIB,
    maxFragments: 16_384,
    messageRate: 0,
    messageTimeoutMs: 60_000,
    perMessageDeflate: false,
    pingIntervalMs: 25_000,
    pongTimeoutMs: 8_000,
    idleTimeoutMs: 0,
    writeTimeoutMs: 30_000,
    closeTimeoutMs: 10_000,
    pollWaitMs: 25_000,
    sessionTimeoutMs: 60_000,
    highWaterBytes: 64 * KIB,
    maxBufferedBytes: MIB,
    maxQueuedBytes: 64 * KIB,
    maxMemoryBytes: 1024 * MIB,
    maxConnections: 100_000,
    maxConnectionsPerIp: 0,
    acceptRatePerSecond: 0,
    handshakeRatePerIp: 0,
    drainTimeoutMs: 30_000,
    drainBatchSize: 1_000,
    drainIntervalMs: 100,
    natsUrl: "",
    redisUrl: "",
    maxTopicsPerPeer: 1_000,
    maxTopics: 1_000_000,
    maxHistoryBytes: 64 * MIB,
    presenceTtlMs: 15_000,
    swapTimeoutMs: 30_000,
    keptDeployments: 5,
    admin: "127.0.0.1:4001",
    maxDeploymentBytes: 32 * MIB,
    deployKey: "",
    dataDir: "",
  });
  assert(Object.isFrozen(GATEWAY_DEFAULTS));
});

Deno.test("every default is a value its own row allows", () => {
  for (const name of OPTION_NAMES) {
    assertEquals(checkValue(specOf(name), GATEWAY_DEFAULTS[name]), { ok: true, value: GATEWAY_DEFAULTS[name] }, name);
  }
});

Deno.test("an option off by default says that 0 means off, and no other range holds 0", () => {
  for (const name of OPTION_NAMES) {
    const spec = specOf(name);
    if (spec.kind !== "integer") continue;
    assertEquals(spec.min >= 1, true, name);
    if (spec.default === 0) assertEquals(spec.zeroIsOff, true, name);
  }
});

Deno.test("every size and duration has its unit last in its name", () => {
  for (const name of OPTION_NAMES) {
    const spec = specOf(name);
    if (spec.kind !== "integer") continue;
    assertEquals(name.endsWith("Bytes"), spec.unit === "bytes", name);
    assertEquals(name.endsWith("Ms"), spec.unit === "ms", name);
  }
});

Deno.test("no duration is longer than a timer can wait", () => {
  for (const name of OPTION_NAMES) {
    const spec = specOf(name);
    if (spec.kind === "integer" && spec.unit === "ms") assertLessOrEqual(spec.max, 2 ** 31 - 1, name);
  }
});

Deno.test("every doc line and consequence is one line that fits a table cell", () => {
  for (const name of OPTION_NAMES) {
    const { doc, consequence } = GATEWAY_OPTIONS[name];
    for (const text of [doc, consequence]) assertMatch(text, /^[^\n|]{1,90}$/, name);
  }
});

Deno.test("options of one group stand together", () => {
  const groups = OPTION_NAMES.map((name) => specOf(name).group);
  const changes = groups.filter((group, at) => group !== groups[at - 1]);
  assertEquals(changes.length, new Set(changes).size);
});

Deno.test("flagOf is the name in kebab-case, and --host for hostname", () => {
  assertEquals(flagOf("port"), "--port");
  assertEquals(flagOf("hostname"), "--host");
  assertEquals(flagOf("maxConnectionsPerIp"), "--max-connections-per-ip");
});

Deno.test("envOf is SOCKEYE_ and the name in upper snake case, and the well-known name where there is one", () => {
  assertEquals(envOf("maxConnectionsPerIp"), "SOCKEYE_MAX_CONNECTIONS_PER_IP");
  assertEquals(envOf("allowedOrigins"), "SOCKEYE_ALLOWED_ORIGINS");
  assertEquals(envOf("port"), "PORT");
  assertEquals(envOf("hostname"), "HOST");
  assertEquals(envOf("logLevel"), "LOG_LEVEL");
  assertEquals(envOf("logFormat"), "LOG_FORMAT");
});

Deno.test("envNames lists one variable for each option, sorted, and no two options share a name", () => {
  const names = envNames();
  assertEquals(names, OPTION_NAMES.map(envOf).sort());
  assertEquals(new Set(names).size, OPTION_NAMES.length);
  assertEquals(new Set(OPTION_NAMES.map(flagOf)).size, OPTION_NAMES.length);
});

Deno.test("isOptionName knows rows only, not what every object inherits", () => {
  assert(isOptionName("port"));
  for (const name of ["prot", "toString", "__proto__", ""]) assertFalse(isOptionName(name), name);
});
