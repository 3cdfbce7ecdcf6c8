/** The systemd unit: by systemd's own tools, and its command as it is. @module */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { build } from "../../lib/deploy/build.ts";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";
import { findProgram, requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";
import { assertIsConfiguration } from "./configuration.ts";
import { durationMs, run, START_ENV, textOf } from "./deployed.ts";

const UNIT = textOf("sockeye.service");

/** Of 100, where less is safer: systemd calls it OK below 40. */
const MOST_EXPOSURE = 15;

/** Where the unit has the program, the server and its deployments. */
const DENO = "/usr/local/bin/deno";
const APP = "/opt/sockeye";
const STATE = "/var/lib/sockeye";

const analyze = (...args: string[]) => run(findProgram("systemd-analyze") ?? "systemd-analyze", args);

Deno.test({
  name: "systemd takes the unit as it is, and calls it well confined",
  ...requires("systemd-analyze"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "sockeye-unit-" });
    try {
      const path = `${folder}/sockeye.service`;
      // It looks whether the program is there.
      await Deno.writeTextFile(path, UNIT.replace(DENO, Deno.execPath()));
      const verified = await analyze("verify", "--man=no", path);
      const own = verified.output.split("\n").filter((line) => line.includes("sockeye.service"));
      assertEquals([verified.code, own], [0, []], verified.output);
      const { code, output } = await analyze("security", "--offline=true", `--threshold=${MOST_EXPOSURE}`, path);
      assertEquals(code, 0, output);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the unit has time for the drain, and the start task's environment and flags", () => {
  assertEquals(valueOf("KillSignal"), "SIGTERM");
  assertEquals(valueOf("TimeoutStopSec"), "45s");
  assert(durationMs(valueOf("TimeoutStopSec")) > GATEWAY_DEFAULTS.drainTimeoutMs);
  const env = Object.fromEntries(
    UNIT.match(/^Environment=.*$/gm)!.flatMap((line) => line.slice("Environment=".length).split(" "))
      .map((pair) => pair.split("=")),
  );
  for (const [name, value] of Object.entries(START_ENV)) assertEquals([name, env[name]], [name, value]);
  const { flags, args } = command();
  assertIsConfiguration(env, args);
  const wanted = START_TASK.flags.filter((flag) =>
    !flag.startsWith("--allow-read=") && !flag.startsWith("--allow-ffi")
  );
  assertEquals(wanted.filter((flag) => !flags.includes(flag)), []);
  assertEquals(flags.filter((flag) => flag.startsWith("--allow-") && !wanted.includes(flag)), [
    `--allow-read=${APP},${STATE}`,
    `--allow-write=${STATE}`,
  ]);
  assertEquals(`/var/lib/${valueOf("StateDirectory")}`, STATE);
});

Deno.test({
  name: "the unit's command serves what deno task build has made, without anything else, and ends at the unit's signal",
  // esbuild's own process outlives the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-unit-" }));
    try {
      const [app, state] = [`${folder}/app`, `${folder}/state`];
      await build({ routes: "routes", out: app });
      await Deno.mkdir(state);
      const here = (word: string) => word.replace(APP, app).replace(STATE, state).replace(STATE, state);
      const { flags, args } = command();
      await using server = await startServer({
        task: { env: START_TASK.env, flags: flags.map(here), entry: "main.js" },
        entryFolder: `${app}/`,
        folder: app,
        args: args.map(here),
      });
      const response = await server.fetch("/ready");
      assertEquals([response.status, await response.text()], [200, "ok\n"]);
      assertStringIncludes(server.output(), "/echo");
      server.kill("SIGTERM");
      assertEquals((await server.exited()).code, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the unit reloads by the signal that the server takes for it", () => {
  assertMatch(valueOf("ExecReload"), /kill -USR2 \$MAINPID$/);
});

function valueOf(name: string): string {
  return new RegExp(`^${name}=(.*)$`, "m").exec(UNIT)?.[1] ?? "";
}

/** `ExecStart`, taken apart. */
function command(): { readonly flags: readonly string[]; readonly args: readonly string[] } {
  const words = (/^ExecStart=((?:.*\\\n)*.*)$/m.exec(UNIT)?.[1] ?? "").split(/[\s\\]+/);
  const entryAt = words.indexOf(`${APP}/main.js`);
  assertEquals([words[0], entryAt > 1], [DENO, true]);
  return { flags: words.slice(1, entryAt), args: words.slice(entryAt + 1) };
}
