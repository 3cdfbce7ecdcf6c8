/** The load generator is built and told what to do, and what it prints is believed only when it is whole. @module */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { buildLoadGenerator, loadArguments, LoadError, parseLoadResult } from "./wsload.ts";

const LINE = JSON.stringify({
  label: "",
  rate: 1000.5,
  p50_us: 1.5,
  p99_us: 2.5,
  cli_cpu: 0.5,
  srv_cpu: 1,
  srv_us: 10,
  srv_rss_mb: 60,
  kib_per_conn: 0,
  reply_bytes: 66,
  steal: 0.01,
  conn_min: 1,
  conn_max: 2,
  errs: 0,
});

Deno.test("parseLoadResult reads the line of the load generator into numbers with their units", () => {
  assertEquals(parseLoadResult(LINE), {
    rate: 1000.5,
    serverUs: 10,
    serverCores: 1,
    loadCores: 0.5,
    p50Us: 1.5,
    p99Us: 2.5,
    connMin: 1,
    connMax: 2,
    serverMiB: 60,
    connectionKiB: 0,
    replyBytes: 66,
    steal: 0.01,
    errors: 0,
  });
});

for (
  const [what, line, words] of [
    ["something else", "bad response", "bad response"],
    ["a line without a number it needs", LINE.replace("srv_us", "other"), '"srv_us"'],
    ["errors on the connections", LINE.replace('"errs":0', '"errs":3'), "3 errors"],
    ["a server that answered nothing", LINE.replace("1000.5", "0"), "no message"],
  ] as const
) {
  Deno.test(`parseLoadResult refuses ${what}`, () => {
    assertStringIncludes(assertThrows(() => parseLoadResult(line), LoadError).message, words);
  });
}

Deno.test("loadArguments puts every property of the load on the command line", () => {
  const load = { mode: "echo", connections: 100, messageBytes: 64, depth: 8, isText: true } as const;
  const target = { port: 4000, path: "/echo", pid: 7, seconds: 2, warmUpSeconds: 0.5 };
  assertEquals(
    loadArguments(load, target).join(" "),
    "-m echo -c 100 -s 64 -d 8 -p 4000 -u /echo -P 7 -t 2 -w 0.5 -x",
  );
});

for (
  const [mode, isRaw, words] of [
    ["echo", true, ["-m", "raw"]],
    ["fan", false, ["-m", "fan"]],
    ["handshakes", false, ["-m", "hs"]],
    ["idle", false, ["-m", "idle"]],
    ["idle", true, ["-m", "idle", "-R"]],
  ] as const
) {
  Deno.test(`loadArguments says ${words.join(" ")} for ${mode}${isRaw ? " without WebSocket" : ""}`, () => {
    const load = { mode, isRaw, connections: 1, messageBytes: 20, depth: 1, isText: false };
    const all = loadArguments(load, { port: 4000, path: "/", pid: 7, seconds: 1, warmUpSeconds: 0 });
    assertEquals(all.filter((word, at) => word === "-m" || all[at - 1] === "-m" || word === "-R"), [...words]);
  });
}

Deno.test("loadArguments offers compression where the load is compressed", () => {
  const load = { mode: "echo", connections: 1, messageBytes: 1024, depth: 1, isText: false, isDeflated: true } as const;
  const target = { port: 4000, path: "/", pid: 7, seconds: 1, warmUpSeconds: 0 };
  assertEquals(loadArguments(load, target).at(-1), "-z");
});

Deno.test("buildLoadGenerator says what to install when there is no C compiler", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const error = await assertRejects(() => buildLoadGenerator(folder, "no-such-compiler"), LoadError);
    assertStringIncludes(error.message, '"no-such-compiler": install one');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
