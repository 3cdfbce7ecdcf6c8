/** The log of real servers: JSON lines where nobody looks, text in a terminal, one form with workers. @module */
import { assert, assertEquals, assertFalse, assertMatch, assertRejects } from "@std/assert";
import { ended } from "../support/other_process.ts";
import { findProgram, requires } from "../support/requires.ts";
import { RawClient } from "../support/raw_client.ts";
import { PROJECT, runServer, type ServerProcess, type ServerSetting, startServer } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";
import { until } from "../support/until.ts";
import { WORKERS_TASK } from "../support/workers_server.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

interface Line {
  readonly "@timestamp": string;
  readonly level: string;
  readonly message: string;
  readonly logger: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A handler that throws, one in a worker that ends it, and one that uses LogTape itself, and its own copy of it too. */
const ROUTES = {
  "broken.ts": 'export default { message() { throw new RangeError("too\\nfar {x}"); } };',
  "ending.ts": "export default { message() { Deno.exit(7); } };",
  "shop.ts": `
import { getLogger } from "@logtape/logtape";
const log = getLogger(["shop", "cart"]);
export default { message(peer, message) { log.warn("added {item}", { item: message.text() }); peer.send("ok"); } };`,
  "talking.ts": 'export default { open() { console.log("to stdout"); console.error("to stderr"); } };',
};

/** A server of these routes, in a folder of its own. Nobody chooses the form of its log, unless `env` or `args` do. */
async function serve(setting: Pick<ServerSetting, "args" | "env" | "task"> = {}) {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-log-" }));
  await Deno.mkdir(`${folder}/routes`);
  for (const [name, text] of Object.entries(ROUTES)) await Deno.writeTextFile(`${folder}/routes/${name}`, text);
  await Deno.writeTextFile(`${folder}/sockeye.config.ts`, 'export default { runtimes: { "/ending": "worker" } };');
  await Deno.copyFile(`${PROJECT}deno.json`, `${folder}/deno.json`);
  await Deno.symlink(`${PROJECT}node_modules`, `${folder}/node_modules`);
  const server = await startServer({
    ...setting,
    folder,
    denoFlags: [`--allow-read=${folder},${PROJECT}`, `--config=${PROJECT}deno.json`],
    env: { LOG_FORMAT: "auto", ...setting.env },
  });
  return {
    server,
    connect: (path: string) => RawClient.connect({ port: server.port, path }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** What is on stderr. @throws where a line of it is no record. */
function linesOf(server: ServerProcess): readonly Line[] {
  return server.errors().trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** The first record with this message, as soon as it is there. */
async function told(server: ServerProcess, message: string): Promise<Line> {
  const isThere = (): boolean =>
    server.errors().endsWith("\n") && linesOf(server).some((line) => line.message === message);
  await until(isThere, () => `${message} in:\n${server.output()}`);
  return linesOf(server).find((line) => line.message === message)!;
}

/** An upgrade that is refused, as a page of another origin asks for it. */
async function refused(server: ServerProcess, path: string): Promise<void> {
  const headers = { origin: "https://elsewhere.example", authorization: "Bearer s3cret-header" };
  await assertRejects(() => RawClient.connect({ port: server.port, path, headers }), Error, "403");
}

Deno.test("without a terminal each line of the log is a record of JSON: a refusal, an error of a route, a restart", async () => {
  await using here = await serve();
  const { server } = here;
  const serving = await told(server, "serving");
  assertEquals([serving.level, serving.logger, serving.fields["port"]], ["INFO", "sockeye", server.port]);
  assertMatch(serving["@timestamp"], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  await refused(server, "/broken?token=s3cret-query");
  const refusal = await told(server, "refused");
  assertEquals([refusal.level, refusal.logger], ["WARN", "sockeye.gateway"]);
  assertEquals([refusal.fields["status"], refusal.fields["path"]], [403, "/broken"]);
  assertFalse(server.output().includes("s3cret"), server.output());

  using broken = await here.connect("/broken");
  await broken.sendText("x");
  assertEquals(await broken.nextButPings(), { kind: "close", code: 1011, reason: "internal error" });
  const failure = await told(server, "broken.ts: message failed");
  assertEquals([failure.level, failure.logger, failure.fields["route"]], ["ERROR", "sockeye.runtime", "/broken"]);
  const error = failure.fields["error"] as Error;
  assertEquals([error.name, error.message], ["RangeError", "too\nfar {x}"]);
  assertMatch(error.stack!, /at .*broken\.ts:1:\d+/);

  using ending = await here.connect("/ending");
  await ending.sendText("x");
  assertEquals((await ending.nextButPings()).kind, "close");
  await until(() => /started again in/.test(server.errors()), () => server.errors());
  const restart = linesOf(server).find(({ message }) => message.includes("its code has ended"))!;
  assertEquals([restart.level, restart.logger], ["WARN", "sockeye.runtime"]);
  assertEquals(restart.fields["reason"], "it ended its thread");

  server.kill("SIGTERM");
  assertEquals((await server.exited()).code, 0);
  assertEquals(linesOf(server).at(-1)?.message, "stopped");
});

Deno.test("a route that logs by LogTape writes to the server's log, with a category of its own", async () => {
  await using here = await serve();
  using client = await here.connect("/shop");
  await client.sendText('tea "},{');
  assertEquals(await client.nextButPings(), { kind: "text", text: "ok" });
  const { level, logger, fields } = await told(here.server, 'added "tea \\"},{"');
  assertEquals([level, logger, fields], ["WARN", "shop.cart", { item: 'tea "},{' }]);
});

Deno.test("the announcement and what routes print stay as they are, whatever the form of the log", async () => {
  await using here = await serve();
  using _client = await here.connect("/talking");
  await here.server.printed(/^to stdout$/m);
  await here.server.printed(/^to stderr$/m);
  assertMatch(here.server.output(), /^sockeye \S+ listens on http:/m);
  assertFalse(here.server.errors().includes("listens on"));
});

Deno.test("LOG_FORMAT and --log-format choose the form, the flag above all", async () => {
  await using here = await serve({ env: { LOG_FORMAT: "json" }, args: ["--log-format", "text"] });
  await refused(here.server, "/broken");
  await here.server.printed(/^\S+Z warn {2}refused status=403 path=\/broken remoteAddress=127\.0\.0\.1 reason=".*"$/m);
  assertFalse(here.server.errors().includes("{"));
});

Deno.test("a start that fails ends the log with a record, also where it is an option that is wrong", async () => {
  for (
    const [args, words] of [
      [["--routes", "/nowhere"], "/nowhere"],
      [["--max-connections", "none"], "--max-connections"],
    ] as const
  ) {
    const { code, output } = await runServer({ args, env: { LOG_FORMAT: "json" } });
    assert(code > 0);
    const { level, message } = JSON.parse(output) as Line;
    assertEquals(level, "FATAL");
    assert(message.startsWith("sockeye cannot start: ") && message.includes(words), message);
  }
});

for (const LOG_FORMAT of ["json", "text"]) {
  Deno.test({
    name: `workers: their records are in the log of the parent once, as ${LOG_FORMAT}, with the worker's number`,
    ...onLinux,
    async fn() {
      await using here = await serve({ task: WORKERS_TASK, args: ["--workers=2"], env: { LOG_FORMAT } });
      const { server } = here;
      using broken = await here.connect("/broken");
      await broken.sendText("x");
      assertEquals((await broken.nextButPings()).kind, "close");
      if (LOG_FORMAT === "text") {
        await server.printed(/^\S+Z error broken\.ts: message failed .*worker=[12]\n {6}RangeError: too$/m);
      } else {
        const { logger, fields } = await told(server, "broken.ts: message failed");
        assertEquals([logger, [1, 2].includes(Number(fields["worker"]))], ["sockeye.runtime", true]);
      }
      assertEquals(server.output().split("message failed").length, 2);
      using _client = await here.connect("/talking");
      await server.printed(/^\[[12]\] to stderr$/m);
    },
  });
}

Deno.test({
  name: "in a terminal the log is text in colours, without them where NO_COLOR is set",
  ...requires("script"),
  async fn() {
    for (const NO_COLOR of ["", "1"]) {
      const { flags, entry, env } = START_TASK;
      const words = [Deno.execPath(), ...flags, entry, "--port", "0", "--host", "127.0.0.1"];
      const typed = words.map((word) => `'${word}'`).join(" ");
      const child = new Deno.Command(findProgram("script")!, {
        args: ["-qec", typed, "/dev/null"],
        cwd: PROJECT,
        env: { ...env, TERM: "xterm", NO_COLOR },
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let shown = "";
      const reading = (async () => {
        for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) shown += text;
      })();
      try {
        await until(() => /listens on \S+:\d+/.test(shown), () => shown);
        const port = Number(/listens on \S+:(\d+)/.exec(shown)![1]);
        const headers = { origin: "https://elsewhere.example" };
        await assertRejects(() => RawClient.connect({ port, headers }), Error, "403");
        const [dim, yellow, off] = NO_COLOR === "" ? ["\x1b[2m", "\x1b[1m\x1b[33m", "\x1b[0m"] : ["", "", ""];
        const line = `${off} ${yellow}warn ${off} refused ${dim}status=${off}403 ${dim}path=${off}/echo `;
        await until(() => shown.includes(line), () => shown);
        const time = shown.slice(0, shown.indexOf(line)).split("\n").at(-1)!;
        assert(time.startsWith(dim) && /^\d\d:\d\d:\d\d\.\d{3}$/.test(time.slice(dim.length)), JSON.stringify(time));
        if (NO_COLOR !== "") assertFalse(shown.includes("\x1b"), JSON.stringify(shown));
        const keys = child.stdin.getWriter();
        await keys.write(Uint8Array.of(3)); // Ctrl+C
        await until(() => /info \S* ?stopped|info {2}.*stopped/.test(shown), () => shown);
        await keys.close();
      } finally {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended already.
        }
        await child.status;
        await ended(child.pid);
        await reading;
      }
    }
  },
});
