/** Who may read the metrics, where, of a real server of one process or of several; and when it is full. @module */
import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { byLabel, parseMetrics, sumOf } from "../soak/metrics_text.ts";
import { command, counterRoute, type DeployServer, TOKEN, Workshop } from "../support/deploy_server.ts";
import { cpuSeconds } from "../support/other_process.ts";
import { runServer, startServer } from "../support/server_process.ts";
import { placeInEach, serveWorkers, TALKING_ROUTE, workersOf } from "../support/workers_server.ts";

const METRICS_TOKEN = "a-token-for-metrics-alone";
const TOKENS = {
  none: undefined,
  wrong: "a-token-that-nobody-has",
  metrics: METRICS_TOKEN,
  deploy: TOKEN,
  both: `${METRICS_TOKEN} ${TOKEN}`,
};

/** What a monitor is answered, on a connection of its own. */
async function ask(url: string, token?: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const headers = { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/metrics`, { ...init, client, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The status of each method, for each token. */
async function matrix(url: string): Promise<Readonly<Record<string, string>>> {
  const rows: Record<string, string> = {};
  for (const [name, token] of Object.entries(TOKENS)) {
    const statuses: number[] = [];
    for (const method of ["GET", "HEAD", "POST"]) statuses.push((await ask(url, token, { method })).status);
    rows[name] = statuses.join(" ");
  }
  return rows;
}

async function serve(here: Workshop, workers: boolean, env: Readonly<Record<string, string>>, ...args: string[]) {
  const routes = await here.routes("routes", { "index.ts": TALKING_ROUTE });
  return workers ? await serveWorkers(here, routes, { args, env }) : await here.serve(routes, { args, env });
}

for (const workers of [false, true]) {
  const how = workers ? "of two workers" : "of one process";

  Deno.test(`a server ${how}: on the admin listener two tokens read the metrics, on the public port one`, async () => {
    await using here = await Workshop.open();
    const server = await serve(here, workers, { SOCKEYE_METRICS_TOKEN: METRICS_TOKEN }, "--public-metrics");
    const refused = "401 401 401";
    assertEquals(await matrix(server.admin), {
      none: refused,
      wrong: refused,
      metrics: "200 200 405",
      deploy: "200 200 405",
      both: refused,
    });
    assertEquals(await matrix(server.process.url), {
      none: refused,
      wrong: refused,
      metrics: "200 200 405",
      deploy: refused,
      both: refused,
    });
    const head = await ask(server.process.url, METRICS_TOKEN, { method: "HEAD" });
    assertEquals([head.text, head.headers.get("content-type")], ["", "text/plain; version=0.0.4; charset=utf-8"]);
    const page = await ask(server.process.url, METRICS_TOKEN, { headers: { origin: server.process.url } });
    assertEquals(page.status, 403);
    for (const path of ["/deployments", "/drain", "/publish?topic=a", "/rollback"]) {
      const method = path === "/deployments" ? "GET" : "POST";
      const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
      using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
      const response = await fetch(server.admin + path, { method, headers, client });
      await response.body?.cancel();
      // Nobody can push: there is no token for that.
      assertEquals([path, response.status], [path, path.startsWith("/publish") ? 403 : 401]);
    }
    assert(!server.process.output().includes(METRICS_TOKEN) && !server.process.output().includes(TOKEN));
  });

  Deno.test(`a server ${how}: without a token for them the metrics are open to who comes straight`, async () => {
    await using here = await Workshop.open();
    const server = await serve(here, workers, {}, "--public-metrics=on", "--host=0.0.0.0");
    await server.process.printed(/warn.* \/metrics is open to whoever can connect to 0\.0\.0\.0, port/);
    assertEquals(server.process.output().match(/is open to whoever/g)?.length, 1);
    const { status, text } = await ask(server.process.url);
    assertEquals(status, 200);
    assertMatch(text, /^sockeye_build_info\{version="[\d.]+",deno="[\d.]+"\} 1$/m);
    const forwarded = await ask(server.process.url, undefined, { headers: { "x-forwarded-for": "192.0.2.1" } });
    assertEquals(forwarded.status, 403);
    assertEquals((await ask(server.admin)).status, 401);
  });
}

Deno.test("a server does not have the metrics on its public port unless it is told to", async () => {
  await using here = await Workshop.open();
  const server = await serve(here, false, { SOCKEYE_METRICS_TOKEN: METRICS_TOKEN });
  assertEquals((await ask(server.process.url, METRICS_TOKEN)).status, 404);
  assertEquals((await ask(server.admin, METRICS_TOKEN)).status, 200);
});

Deno.test("a server that is full answers its monitor all the same", async () => {
  await using here = await Workshop.open();
  const server = await serve(here, false, {}, "--public-metrics", "--max-connections=2");
  for (let count = 0; count < 2; count++) await server.connect();
  using refused = await Deno.connect({ hostname: "127.0.0.1", port: server.process.port });
  await refused.write(new TextEncoder().encode(
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  ));
  const buffer = new Uint8Array(64);
  assertStringIncludes(new TextDecoder().decode(buffer.subarray(0, await refused.read(buffer) ?? 0)), " 503 ");
  const values = parseMetrics((await ask(server.process.url)).text);
  assertEquals(sumOf(values, "sockeye_connections"), 2);
  assertEquals(byLabel(values, "sockeye_refusals_total", "reason"), { "503": 1 });
});

Deno.test(
  "the process in the metrics is the one that the system knows",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    await using here = await Workshop.open();
    const server = await serve(here, false, {});
    const before = cpuSeconds(server.process.pid);
    const values = parseMetrics((await ask(server.admin, TOKEN)).text);
    const after = cpuSeconds(server.process.pid);
    const cpu = values.get("process_cpu_seconds_total")!;
    assert(cpu >= before - 0.02 && cpu <= after + 0.02, `${before} ${cpu} ${after}`);
    const rss = values.get("process_resident_memory_bytes")!;
    assert(Math.abs(rss - server.process.rssBytes()) < 30 * 1024 ** 2, `${rss} ${server.process.rssBytes()}`);
    assertGreater(values.get("process_start_time_seconds")!, Date.now() / 1_000 - 60);
    // Without --allow-all nobody may look into /proc: no row, rather than a wrong one.
    assertEquals(values.has("process_open_fds"), false);
  },
);

Deno.test("a handler that computes shows in the event-loop delay", async () => {
  await using here = await Workshop.open();
  const busy = `export default { message(peer) {
    for (const end = performance.now() + 600; performance.now() < end;);
    peer.send("done");
  } };`;
  const server = await here.serve(await here.routes("routes", { "index.ts": busy }), { args: ["--public-metrics"] });
  const client = await server.connect();
  await client.sendText("compute");
  assertEquals((await client.nextButPings()).kind, "text");
  const name = "sockeye_event_loop_delay_seconds";
  let values = parseMetrics("");
  const above = (bound: string) => values.get(`${name}_count`)! - values.get(`${name}_bucket{le="${bound}"}`)!;
  // The alarm that was late runs after the answer.
  do values = parseMetrics((await ask(server.process.url)).text); while (!(above("0.25") > 0));
  assertGreater(values.get(`${name}_sum`)!, 0.5);
});

Deno.test("connections for which no file is left are counted", { ignore: Deno.build.os !== "linux" }, async () => {
  await using server = await startServer({ args: ["--public-metrics"], maxOpenFiles: 64 });
  const sockets: Deno.TcpConn[] = [];
  for (let count = 0; count < 80; count++) {
    sockets.push(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
  }
  await server.printed(/accept failed/);
  for (const socket of sockets) socket.close();
  const values = parseMetrics((await ask(server.url)).text);
  assertGreater(values.get("sockeye_accept_failures_total")!, 0);
});

Deno.test("the public metrics of two workers are of both, whichever answers, each process with rows of its own", async () => {
  await using here = await Workshop.open();
  const server = await serve(here, true, {}, "--public-metrics");
  const clients = await placeInEach(server);
  assertEquals(clients.length, 2);
  for (const { client } of clients) await client.sendText("hello");
  const read = async (url: string, token?: string) => parseMetrics((await ask(url, token)).text);
  const both = await Promise.all(Array.from({ length: 8 }, () => read(server.process.url)));
  const said = 'sockeye_messages_total{direction="in"}';
  // What was made within a second is given again.
  let last = both[0]!;
  while (last.get(said) !== 2 || sumOf(last, "sockeye_connections") !== 2) last = await read(server.process.url);
  assertEquals([last.get("sockeye_workers_up"), last.get("sockeye_nodes")], [2, 2]);
  for (const values of both) {
    const cpu = [...values].filter(([key]) => key.startsWith("process_cpu_seconds_total")).map(([key]) => key);
    assertEquals(cpu, ["", '{worker="1"}', '{worker="2"}'].map((labels) => `process_cpu_seconds_total${labels}`));
    assertEquals([...values.keys()].filter((key) => key.startsWith("sockeye_build_info")).length, 1);
  }
  const [pid] = await workersOf(server);
  Deno.kill(pid!, "SIGKILL");
  await server.process.printed(/serves again/);
  const values = await read(server.admin, TOKEN);
  assertEquals(values.get("sockeye_worker_restarts_total"), 1);
  assertEquals(values.get(said), 2);
});

Deno.test("a server does not start with a route at /metrics where those are public, nor with a token that could be guessed", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("routes", { "metrics.ts": counterRoute("one").replace('"/"', '"/metrics"') });
  const start = { routes, denoFlags: [`--allow-read=.,${here.path("")}`] };
  const taken = await runServer({ ...start, args: ["--public-metrics"] });
  assertEquals(taken.code, 2);
  assertStringIncludes(taken.output, "metrics.ts: /metrics is where the metrics are");
  for (const args of [[], ["--check"]]) {
    const guessed = await runServer({ args, env: { SOCKEYE_METRICS_TOKEN: "two words" } });
    assertEquals(guessed.code, 1);
    assertStringIncludes(guessed.output, "SOCKEYE_METRICS_TOKEN has 9 characters");
    assert(!guessed.output.includes("two words"));
  }
  const checked = await runServer({
    args: ["--check", "--public-metrics"],
    env: { SOCKEYE_METRICS_TOKEN: METRICS_TOKEN },
  });
  assertEquals([checked.code, JSON.parse(checked.output).options.publicMetrics], [0, true]);
  assert(!checked.output.includes(METRICS_TOKEN));
  await using server = await startServer(start);
  assertStringIncludes(await (await server.fetch("/metrics")).text(), "<title>one</title>");
});

Deno.test("a deployment with a route at /metrics is refused where those are public", async () => {
  await using here = await Workshop.open();
  const server: DeployServer = await serve(here, false, {}, "--public-metrics");
  const routes = await here.routes("two", { "metrics.ts": counterRoute("two").replace('"/"', '"/metrics"') });
  const { code, output } = await command("deploy", ["--routes", routes, "--allow-removal", "--to", server.admin]);
  assertEquals(code, 1);
  assertStringIncludes(output, "/metrics is where the metrics are");
});
