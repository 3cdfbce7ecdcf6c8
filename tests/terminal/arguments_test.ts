/** The arguments of `deno task connect`. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  ArgumentError,
  CONNECT_DEFAULTS,
  connectHelp,
  type ConnectOrder,
  parseArguments,
} from "../../lib/terminal/arguments.ts";

const URL = "ws://127.0.0.1:4000/echo";

function orderOf(...args: string[]): ConnectOrder {
  const asked = parseArguments([...args, URL]);
  if (asked.kind !== "connect") throw new Error(`asked for ${asked.kind}`);
  return asked.order;
}

Deno.test("parseArguments takes a URL alone", () => {
  const { address, ...rest } = orderOf();
  assertEquals(address.url, URL);
  assertEquals(rest, {
    headers: [],
    subprotocols: [],
    isVerbose: false,
    isBinary: false,
    indentsJson: false,
    writesRaw: false,
    compresses: true,
    caFile: undefined,
    timeoutMs: CONNECT_DEFAULTS.timeoutMs,
    count: Infinity,
    waitMs: CONNECT_DEFAULTS.waitMs,
  });
});

const FLAGS: ReadonlyArray<readonly [args: string[], order: Partial<ConnectOrder>]> = [
  [["-v"], { isVerbose: true }],
  [["--verbose", "-x", "--json", "--raw"], { isVerbose: true, isBinary: true, indentsJson: true, writesRaw: true }],
  [["-vx"], { isVerbose: true, isBinary: true }],
  [["-vc", "2"], { isVerbose: true, count: 2, waitMs: Infinity }],
  [["-H", "X-A: b:c", "--header=X-A:d"], { headers: [["X-A", "b:c"], ["X-A", "d"]] }],
  [["-s", "chat.v1", "-s", "chat.v2,chat.v1"], { subprotocols: ["chat.v1", "chat.v2"] }],
  [["-o", "https://example.com"], { headers: [["Origin", "https://example.com"]] }],
  [["--compress"], { compresses: true }],
  [["--no-compress"], { compresses: false }],
  [["-1"], { count: 1, waitMs: Infinity }],
  [["--count", "3", "--wait", "500ms"], { count: 3, waitMs: 500 }],
  [["--wait", "0"], { waitMs: 0 }],
  [["--wait", "forever", "--timeout", "1.5s"], { waitMs: Infinity, timeoutMs: 1_500 }],
  [["--timeout", "2m"], { timeoutMs: 120_000 }],
  [["--ca", "ca.pem"], { caFile: "ca.pem" }],
  [["--token", "abc"], { headers: [["Authorization", "Bearer abc"]] }],
  [["-s", "sockeye.v1", "--token", "ü?>"], { subprotocols: ["sockeye.v1", "sockeye.token.w7w_Pg"], headers: [] }],
];

for (const [args, expected] of FLAGS) {
  Deno.test(`parseArguments understands ${args.join(" ")}`, () => {
    const order = orderOf(...args);
    for (const [name, value] of Object.entries(expected)) assertEquals(order[name as keyof ConnectOrder], value, name);
  });
}

Deno.test("parseArguments takes flags behind the URL, and a user in the URL for Authorization", () => {
  const asked = parseArguments(["ws://a:b@h/", "-v"]);
  assertEquals(asked.kind === "connect" && [asked.order.isVerbose, asked.order.headers], [true, [
    ["Authorization", "Basic YTpi"],
  ]]);
});

Deno.test("parseArguments knows help and version, whatever else is there", () => {
  assertEquals(parseArguments(["-h"]), { kind: "help" });
  assertEquals(parseArguments([URL, "--help"]), { kind: "help" });
  assertEquals(parseArguments(["--version"]), { kind: "version" });
});

const WRONG: ReadonlyArray<readonly [args: string[], what: string]> = [
  [[], "where to? deno task connect ws://"],
  [[URL, "ws://b"], "ws://b: one URL at a time"],
  [["--verbos", URL], "--verbos: unknown flag; did you mean --verbose?"],
  [["--subprotocl", "x", URL], "did you mean --subprotocol?"],
  [["-z", URL], "-z: unknown flag"],
  [["--quux", URL], "--quux: unknown flag; --help lists all"],
  [["-H"], "-H: needs a value: -H 'Name: value'"],
  [["-H", "nonsense", URL], "--header nonsense: write it as"],
  [["-H", "a b: c", URL], "is not a token"],
  [["-H", "a: b\r\nc: d", URL], "may not be sent"],
  [["-s", "a b", URL], "--subprotocol a b: not a name"],
  [["--verbose=yes", URL], "--verbose: takes no value"],
  [["--count", "0", URL], "--count 0: must be a whole number"],
  [["--wait", "soon", URL], "--wait soon: must be a time"],
  [["--timeout", "30d", URL], "--timeout 30d: must be a time"],
  [["--timeout", "99999999999", URL], "must be a time"],
  [["--compress", "--no-compress", URL], "leave one of them out"],
  [["--insecure", "wss://local.test/x"], "--unsafely-ignore-certificate-errors=local.test "],
  [["ftp://h"], "ftp: is not a scheme"],
];

for (const [args, what] of WRONG) {
  Deno.test(`parseArguments refuses ${JSON.stringify(args.join(" "))}`, () => {
    assertThrows(() => parseArguments(args), ArgumentError, what);
  });
}

Deno.test("parseArguments returns or says what is wrong, whatever it is given", () => {
  const word = fc.oneof(
    fc.constantFrom("-v", "-H", "--wait", "--count=", "-", "--", "-vH", "ws://h", "--json=1", "1s"),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (args) => {
    try {
      parseArguments(args);
    } catch (error) {
      assertEquals((error as Error).name, "ArgumentError");
    }
  }));
});

Deno.test("the order of flags means nothing, but for those that are lists", () => {
  const groups = [["-v"], ["--json"], ["--wait", "2s"], ["-c", "4"], ["--ca", "f"], ["-s", "a"], ["-H", "X: y"], [URL]];
  const expected = parseArguments(groups.flat());
  fc.assert(fc.property(fc.shuffledSubarray(groups, { minLength: groups.length }), (shuffled) => {
    assertEquals(parseArguments(shuffled.flat()), expected);
  }));
});

Deno.test("the help names each flag, and each exit code", () => {
  const help = connectHelp("COMMANDS");
  for (const word of ["-H, --header", "--wait TIME", "-1, --once", "COMMANDS", "  130  Ctrl+C", "  3    closed"]) {
    assertStringIncludes(help, word);
  }
  assertEquals(help.split("\n").filter((line) => line.length > 120), []);
});
