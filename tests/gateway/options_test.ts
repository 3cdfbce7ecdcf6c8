/**
 * Tests of where options come from, which source wins, and what a wrong one says.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseCommandLine } from "../../lib/gateway/command_line.ts";
import { OptionError } from "../../lib/gateway/option_error.ts";
import { envOf, flagOf, GATEWAY_DEFAULTS, OPTION_NAMES, specOf } from "../../lib/gateway/option_table.ts";
import type { OptionName, OptionValue } from "../../lib/gateway/option_table.ts";
import { textOf } from "../../lib/gateway/option_values.ts";
import { connectionOptionsOf, resolveOptions } from "../../lib/gateway/options.ts";
import type { OptionSources } from "../../lib/gateway/options.ts";
import { valueArbitrary } from "./support/option_arbitrary.ts";

const MIB = 1024 ** 2;
const FILE = "routes/echo.ts";

function problemsOf(run: () => unknown): readonly string[] {
  const error = assertThrows(run, OptionError);
  assertInstanceOf(error, OptionError);
  return error.problems;
}

/** The sources that give one option this value by flag, environment or config file. */
const GIVE = {
  flag: (name: OptionName, value: OptionValue): OptionSources => ({
    flags: parseCommandLine([`${flagOf(name)}=${textOf(specOf(name), value)}`]).flags,
  }),
  env: (name: OptionName, value: OptionValue): OptionSources => ({
    env: { [envOf(name)]: textOf(specOf(name), value) },
  }),
  config: (name: OptionName, value: OptionValue): OptionSources => ({ config: { [name]: value } }),
} as const;

/** Room enough that no value of another option is too large beside these. */
const ROOM = { maxBufferedBytes: 4 * 1024 * MIB, maxMemoryBytes: 2 ** 50, drainTimeoutMs: 2 ** 31 - 1 };
/** Small enough that no value of another option is too small beside these. */
const SMALL = { highWaterBytes: 1, maxBufferedBytes: 1, maxQueuedBytes: 1, maxMessageBytes: 1, maxBodyBytes: 1 };

/** Options that are nothing without another one. */
const PARTNERS: Readonly<Partial<Record<OptionName, Readonly<Record<string, unknown>>>>> = {
  cert: { key: "key.pem" },
  key: { cert: "cert.pem" },
};

/** Other options, set so that any value of this one is in order. */
function companionsOf(name: OptionName): Readonly<Record<string, unknown>> {
  const isUpper = Object.hasOwn(ROOM, name);
  const others: Record<string, unknown> = isUpper
    ? { ...SMALL, drainIntervalMs: 1, ...(name === "maxBufferedBytes" ? { maxMemoryBytes: 2 ** 50 } : {}) }
    : { ...ROOM, ...PARTNERS[name] };
  delete others[name];
  return others;
}

Deno.test("resolveOptions gives the defaults where nothing is set", () => {
  assertEquals(resolveOptions({}), GATEWAY_DEFAULTS);
  assert(Object.isFrozen(resolveOptions({})));
});

Deno.test("resolveOptions listens on loopback with --dev, unless told otherwise", () => {
  assertEquals(resolveOptions({ dev: true }).hostname, "127.0.0.1");
  assertEquals(resolveOptions({ dev: true, env: { HOST: "0.0.0.0" } }).hostname, "0.0.0.0");
});

Deno.test("resolveOptions takes half of the memory limit, where it is known, for maxMemoryBytes", () => {
  assertEquals(resolveOptions({ memoryLimitBytes: 512 * MIB + 1 }).maxMemoryBytes, 256 * MIB);
  assertEquals(resolveOptions({ memoryLimitBytes: 512 * MIB, processes: 4 }).maxMemoryBytes, 64 * MIB);
  assertEquals(resolveOptions({ memoryLimitBytes: undefined }).maxMemoryBytes, 1024 * MIB);
  assertEquals(resolveOptions({ memoryLimitBytes: 1 }).maxMemoryBytes, MIB);
  assertEquals(
    resolveOptions({ memoryLimitBytes: 512 * MIB, config: { maxMemoryBytes: 3 * MIB } }).maxMemoryBytes,
    3 * MIB,
  );
});

Deno.test("resolveOptions reads the environment through a function as well as from a record", () => {
  const env = (name: string): string | undefined => name === "PORT" ? "80" : undefined;
  assertEquals(resolveOptions({ env }).port, 80);
});

Deno.test("resolveOptions asks the environment only for names the --allow-env list has", () => {
  const asked = new Set<string>();
  resolveOptions({ env: (name) => void asked.add(name) });
  assertEquals([...asked].sort(), OPTION_NAMES.map(envOf).sort());
});

Deno.test("resolveOptions counts an empty variable as not set, and an empty list flag as an empty list", () => {
  assertEquals(resolveOptions({ env: { PORT: "", SOCKEYE_ALLOWED_ORIGINS: "" } }), GATEWAY_DEFAULTS);
  const { flags } = parseCommandLine(["--allowed-origins="]);
  assertEquals(resolveOptions({ flags, env: { SOCKEYE_ALLOWED_ORIGINS: "*" } }).allowedOrigins, []);
});

for (const source of ["flag", "env", "config"] as const) {
  Deno.test(`resolveOptions gives back any value of any option set by ${source}, and touches no other`, () => {
    for (const name of OPTION_NAMES) {
      const companions = companionsOf(name);
      fc.assert(
        fc.property(valueArbitrary(name), (value) => {
          const given = GIVE[source](name, value);
          const config = { ...companions, ...given.config as Record<string, unknown> | undefined };
          // An empty variable counts as not set.
          const isUnset = source === "env" && textOf(specOf(name), value) === "";
          const expected = { ...GATEWAY_DEFAULTS, ...companions, ...(isUnset ? {} : { [name]: value }) };
          assertEquals(resolveOptions({ ...given, config }), expected);
        }),
        { numRuns: 20 },
      );
    }
  });
}

Deno.test("resolveOptions: a flag beats the environment, which beats the config file, which beats the default", () => {
  const sources = ["flag", "env", "config"] as const;
  for (const name of OPTION_NAMES) {
    const value = valueArbitrary(name).filter((value) => textOf(specOf(name), value) !== "");
    const given = fc.record({ flag: value, env: value, config: value }, {
      requiredKeys: Object.hasOwn(PARTNERS, name) ? ["config"] : [],
    });
    fc.assert(
      fc.property(given, (values) => {
        const winner = sources.map((source) => values[source]).find((value) => value !== undefined);
        let merged: OptionSources = { config: companionsOf(name) };
        for (const source of sources) {
          const value = values[source];
          if (value === undefined) continue;
          const one = GIVE[source](name, value);
          merged = source === "config"
            ? { ...merged, config: { ...companionsOf(name), [name]: value } }
            : { ...merged, ...one };
        }
        assertEquals(resolveOptions(merged)[name], winner === undefined ? GATEWAY_DEFAULTS[name] : winner);
      }),
      { numRuns: 15 },
    );
  }
});

Deno.test("resolveOptions names the flag, the variable or the file of a wrong option, its value and what is allowed", () => {
  const must = "must be a port, 0 to 65535 (0: any free one)";
  const { flags } = parseCommandLine(["--port", "99999"]);
  assertEquals(problemsOf(() => resolveOptions({ flags })), [`--port "99999": ${must}`]);
  assertEquals(problemsOf(() => resolveOptions({ env: { PORT: "http" } })), [`environment PORT "http": ${must}`]);
  assertEquals(problemsOf(() => resolveOptions({ config: { port: "80" } })), [`sockeye.config.ts port "80": ${must}`]);
});

for (const name of OPTION_NAMES) {
  Deno.test(`resolveOptions refuses a wrong ${name} from each source`, () => {
    // A NUL is in no host name, no path and no list item, and is no number.
    const text = "\0";
    const { flags } = parseCommandLine([`${flagOf(name)}=${text}`]);
    const sources = { [flagOf(name)]: { flags }, [envOf(name)]: { env: { [envOf(name)]: text } } };
    for (const [label, given] of Object.entries({ ...sources, [name]: { config: { [name]: 0.5 } } })) {
      const [problem = "", ...others] = problemsOf(() => resolveOptions(given));
      assertEquals(others, []);
      assertStringIncludes(problem, label);
      assertStringIncludes(problem, ": must be ");
    }
  });
}

Deno.test("resolveOptions lists everything that is wrong in one error", () => {
  const { flags } = parseCommandLine(["--prot", "1", "--port=x"]);
  const error = assertThrows(
    () => resolveOptions({ flags, env: { LOG_LEVEL: "loud" }, config: { maxFrags: 1, closeTimeoutMs: 0 } }),
    OptionError,
    "5 options are wrong:",
  );
  for (
    const text of ["did you mean --port?", '--port "x"', "LOG_LEVEL", "did you mean maxFragments?", "closeTimeoutMs 0"]
  ) {
    assertStringIncludes(error.message, text);
  }
});

Deno.test("resolveOptions does not read a value that another source beats", () => {
  const { flags } = parseCommandLine(["--port=1"]);
  assertEquals(resolveOptions({ flags, env: { PORT: "wrong" } }).port, 1);
});

Deno.test("resolveOptions refuses a pair of options in the wrong order, naming where each came from", () => {
  const [problem = ""] = problemsOf(() => resolveOptions({ env: { SOCKEYE_MAX_BUFFERED_BYTES: "1KiB" } }));
  assertStringIncludes(problem, "highWaterBytes 64KiB (the default) must not be above maxBufferedBytes 1KiB ");
  assertStringIncludes(problem, "(environment SOCKEYE_MAX_BUFFERED_BYTES)");
});

Deno.test("resolveOptions does not compare an option whose own value is wrong", () => {
  assertEquals(problemsOf(() => resolveOptions({ config: { maxBufferedBytes: 0 } })).length, 1);
});

Deno.test("resolveOptions refuses a config file that is no object of options, and takes undefined as not set", () => {
  for (const config of [null, 1, "x", [], () => ({})]) {
    assertStringIncludes(problemsOf(() => resolveOptions({ config }))[0] ?? "", "must be an object of options");
  }
  assertEquals(resolveOptions({ config: { port: undefined } }), GATEWAY_DEFAULTS);
});

Deno.test("perMessageDeflate is on or off in a flag, and in code also an object, checked field by field", () => {
  const flagged = (text: string) => resolveOptions({ flags: new Map([["--per-message-deflate", text]]) });
  assertEquals([flagged("on"), flagged("OFF")].map(({ perMessageDeflate }) => perMessageDeflate), [true, false]);
  const [problem] = problemsOf(() => flagged("yes"));
  assertStringIncludes(problem ?? "", '--per-message-deflate "yes": must be true, false, or an object of threshold');
  assertStringIncludes(problem ?? "", "a flag or a variable says on or off");
  const config = { perMessageDeflate: { level: 6 } };
  const gateway = resolveOptions({ config });
  assertEquals(gateway.perMessageDeflate, { level: 6 });
  assertEquals(connectionOptionsOf(gateway, {}, FILE).perMessageDeflate, { level: 6 });
  assertEquals(connectionOptionsOf(gateway, { perMessageDeflate: false }, FILE).perMessageDeflate, false);
  const route = { perMessageDeflate: { serverMaxWindowBits: 8 } };
  assertEquals(problemsOf(() => connectionOptionsOf(gateway, route, FILE)), [
    `${FILE} options.perMessageDeflate {"serverMaxWindowBits":8}: its serverMaxWindowBits must be a whole number, 9 to 15`,
  ]);
});

Deno.test("connectionOptionsOf puts a route's options over the gateway's", () => {
  const gateway = resolveOptions({ config: { maxFragments: 7, maxMessageBytes: 8 } });
  const options = connectionOptionsOf(
    gateway,
    { maxMessageBytes: 9, allowedOrigins: ["*"], subprotocols: ["a"] },
    FILE,
  );
  assertEquals(options, {
    maxMessageBytes: 9,
    maxFragments: 7,
    pingIntervalMs: 25_000,
    pongTimeoutMs: 8_000,
    authTimeoutMs: 10_000,
    messageTimeoutMs: 60_000,
    writeTimeoutMs: 30_000,
    idleTimeoutMs: 0,
    closeTimeoutMs: 10_000,
    highWaterBytes: 65_536,
    maxBufferedBytes: MIB,
    maxQueuedBytes: 65_536,
    messageRate: 0,
    perMessageDeflate: false,
    allowedOrigins: ["*"],
    subprotocols: ["a"],
  });
  assert(Object.isFrozen(options));
});

Deno.test("connectionOptionsOf takes 0 for off, and undefined as not set", () => {
  const options = connectionOptionsOf(GATEWAY_DEFAULTS, { pingIntervalMs: 0 }, FILE);
  assertEquals([options.pingIntervalMs, options.subprotocols], [0, []]);
  const unset = { maxFragments: undefined, subprotocols: undefined };
  assertEquals(connectionOptionsOf(GATEWAY_DEFAULTS, unset as never, FILE).maxFragments, 16_384);
});

Deno.test("connectionOptionsOf names the file, the option, its value and what is allowed", () => {
  const route = { pongTimeoutMs: 0, maxMessageBytes: "1MiB" };
  assertEquals(problemsOf(() => connectionOptionsOf(GATEWAY_DEFAULTS, route as never, FILE)), [
    `${FILE} options.pongTimeoutMs 0: must be a whole number of milliseconds, 1 to 2147483647`,
    `${FILE} options.maxMessageBytes "1MiB": must be a whole number of bytes, 1 to 535822336 (511MiB)`,
  ]);
});

Deno.test("connectionOptionsOf suggests the nearest name for an unknown option", () => {
  const [problem = ""] = problemsOf(() => connectionOptionsOf(GATEWAY_DEFAULTS, { maxMesageBytes: 1 } as never, FILE));
  assertEquals(problem, `${FILE} options.maxMesageBytes 1: unknown option; did you mean maxMessageBytes?`);
  const [other = ""] = problemsOf(() => connectionOptionsOf(GATEWAY_DEFAULTS, { colour: 1 } as never, FILE));
  assertStringIncludes(other, "known are allowedOrigins, ");
});

Deno.test("connectionOptionsOf refuses an option of the whole gateway and names its flag", () => {
  const [problem = ""] = problemsOf(() => connectionOptionsOf(GATEWAY_DEFAULTS, { port: 1 } as never, FILE));
  assertStringIncludes(problem, "set it for the whole gateway with --port");
});

Deno.test("connectionOptionsOf compares a route's options with the gateway's", () => {
  const [problem = "", ...others] = problemsOf(() =>
    connectionOptionsOf(GATEWAY_DEFAULTS, { highWaterBytes: 2 * MIB }, FILE)
  );
  assertStringIncludes(problem, `highWaterBytes 2MiB (${FILE} options.highWaterBytes) must not be above `);
  assertStringIncludes(problem, "maxBufferedBytes 1MiB (the gateway's)");
  assertEquals(others, []);
  const { maxBufferedBytes } = connectionOptionsOf(
    GATEWAY_DEFAULTS,
    { highWaterBytes: 2 * MIB, maxBufferedBytes: 4 * MIB },
    FILE,
  );
  assertEquals(maxBufferedBytes, 4 * MIB);
});

Deno.test("connectionOptionsOf refuses subprotocols that are no different tokens (RFC 6455 §4.1)", () => {
  for (const subprotocols of ["chat", ["a", "a"], ["a b"], [""], ["a,b"], [1], [undefined]]) {
    const route = { subprotocols } as never;
    assertStringIncludes(problemsOf(() => connectionOptionsOf(GATEWAY_DEFAULTS, route, FILE))[0] ?? "", "subprotocols");
  }
  const { subprotocols } = connectionOptionsOf(GATEWAY_DEFAULTS, { subprotocols: ["graphql-ws", "v1.chat"] }, FILE);
  assertEquals(subprotocols, ["graphql-ws", "v1.chat"]);
});
