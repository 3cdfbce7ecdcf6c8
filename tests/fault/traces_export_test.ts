/** Traces leave a server whoever takes them, if anybody does: nobody waits for a collector. @module */
import { assert, assertEquals, assertLess } from "@std/assert";
import { ask } from "../support/deployed_gateway.ts";
import { admin, counterRoute, type DeployServer, Workshop } from "../support/deploy_server.ts";
import { OtlpCollector, otlpEnv } from "../support/otlp_collector.ts";
import { RawClient } from "../support/raw_client.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";
import { placeInEach, serveWorkers, TALKING_ROUTE } from "../support/workers_server.ts";

/** What takes connections and never says a word. */
class Silence implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.Conn[] = [];
  readonly #accepting = this.#accept();

  get count(): number {
    return this.#connections.length;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#connections) connection.close();
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) this.#connections.push(connection);
    } catch {
      // The listener was closed: the test is over.
    }
  }
}

/** More spans than wait for a collector, each with an answer, and a deployment that goes on. */
async function serveMany(server: DeployServer): Promise<void> {
  for (let round = 1; round <= 50; round++) {
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => RawClient.connect({ port: server.process.port, path: "/" })),
    );
    assertEquals(new Set(await Promise.all(clients.map(ask))), new Set(["one 1"]));
    for (const client of clients) client[Symbol.dispose]();
  }
  assertEquals((await admin(server, "GET", "/deployments")).status, 200);
}

/** The URL of a port that nobody listens on. */
function nobody(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
}

Deno.test("traces: a collector that is away loses spans, and nothing else; the server ends as it would", async () => {
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }), {
    env: otlpEnv(nobody()),
  });
  await serveMany(server);
  server.process.kill("SIGTERM");
  assertEquals((await server.process.exited()).code, 0);
});

Deno.test("traces: a collector that hangs keeps nobody waiting but the end of the server, and that for its time limit", async () => {
  await using silence = new Silence();
  await using here = await Workshop.open();
  const env = { ...otlpEnv(silence.url), OTEL_EXPORTER_OTLP_TIMEOUT: "500", OTEL_BSP_EXPORT_TIMEOUT: "500" };
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }), { env });
  await serveMany(server);
  assert(silence.count > 0, "the server has tried");
  const beganAt = performance.now();
  server.process.kill("SIGTERM");
  assertEquals((await server.process.exited()).code, 0);
  // Each of traces, logs and metrics is tried once more.
  assertLess(performance.now() - beganAt, 8_000);
});

Deno.test("traces: a server that was built makes them too, with nothing beside it", async () => {
  await using collector = new OtlpCollector();
  await using here = await Workshop.open();
  const dist = here.path("dist");
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "build", "--routes", routes, "--out", dist],
    cwd: PROJECT,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const alone = ["--no-config", "--no-remote", "--no-npm", "--cached-only", `--allow-read=${dist}`];
  const flags = [...START_TASK.flags.filter((flag) => !flag.startsWith("--allow-read")), ...alone];
  const task = { ...START_TASK, flags, entry: "main.js" };
  const env = { ...collector.env, DENO_DIR: here.path("cache") };
  await using server = await startServer({ task, env, entryFolder: `${dist}/`, folder: dist });
  using client = await RawClient.connect({ port: server.port, path: "/" });
  assertEquals(await ask(client), "one 1");
  const { attributes } = await collector.span("GET /");
  const { deployment } = JSON.parse(await Deno.readTextFile(`${dist}/manifest.json`));
  assertEquals([attributes["sockeye.deployment"], attributes["http.response.status_code"]], [deployment, 101]);
});

Deno.test({
  name: "traces: each of several processes makes its own, and says which it is",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using collector = new OtlpCollector();
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": TALKING_ROUTE }), {
      env: collector.env,
    });
    const placed = await placeInEach(server);
    assertEquals(placed.length, 2);
    const nodes = () => new Set(collector.spans.map(({ attributes }) => attributes["sockeye.node"]));
    await collector.span("GET /", () => nodes().size === 2);
    assertEquals((await admin(server, "POST", "/rollback")).status, 409);
    await collector.span("deployment rollback");
  },
});
