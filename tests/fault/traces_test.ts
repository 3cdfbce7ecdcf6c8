/** Traces of a real server, as a collector gets them: of upgrades, refusals, deployments, and the log lines of each. @module */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { ask } from "../support/deployed_gateway.ts";
import { admin, command, counterRoute, Workshop } from "../support/deploy_server.ts";
import { type CollectedSpan, KIND, OtlpCollector } from "../support/otlp_collector.ts";
import { RawClient } from "../support/raw_client.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

/** A service that a route asks: what it was told of the span that the request belongs to. */
class Upstream implements AsyncDisposable {
  readonly parents: (string | null)[] = [];
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ headers }) => {
    this.parents.push(headers.get("traceparent"));
    return new Response("yes");
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Rooms that ask another service before they let anybody in, and fail at some words. */
async function rooms(here: Workshop, { url }: Upstream): Promise<string> {
  await Deno.mkdir(here.path("one/rooms"), { recursive: true });
  return await here.routes(
    "one",
    {
      "rooms/[room].ts": `
import { defineRoute } from "sockeye";
export default defineRoute("/rooms/[room]", {
  options: { subprotocols: ["chat"] },
  async upgrade(_request, { params }) {
    await Promise.resolve();
    await (await fetch(${JSON.stringify(url)})).text();
    if (params.room === "broken") throw new Error("no such room");
  },
  async message(peer, message) {
    if (message.text() === "fail") throw new Error("a handler failed");
    await (await fetch(${JSON.stringify(url)})).text();
    peer.send("asked");
  },
});
`,
    },
  );
}

const idsOf = (line: string): readonly (string | undefined)[] => [
  /trace_id=(\w+)/.exec(line)?.[1],
  /span_id=(\w+)/.exec(line)?.[1],
];

Deno.test("traces: an upgrade is a child of its client's span, the fetch of its hook a child of it; messages are neither", async () => {
  await using collector = new OtlpCollector();
  await using upstream = new Upstream();
  await using here = await Workshop.open();
  const server = await here.serve(await rooms(here, upstream), { env: collector.env });
  using client = await RawClient.connect({
    port: server.process.port,
    path: "/rooms/blue?token=secret",
    headers: { traceparent: TRACEPARENT, tracestate: "a=b", "sec-websocket-protocol": "chat", "user-agent": "tests" },
  });
  const upgrade = await collector.span("GET /rooms/[room]");
  assertEquals([upgrade.traceId, upgrade.parentSpanId], [TRACE, PARENT]);
  assertEquals([upgrade.kind, upgrade.status.code, upgrade.scope], [KIND.server, 0, "sockeye"]);
  const { "sockeye.node": node, "sockeye.connection.id": id, ...attributes } = upgrade.attributes;
  assertMatch(String(id), new RegExp(`^${node}-\\w+$`));
  assertEquals(attributes, {
    "http.request.method": "GET",
    "http.response.status_code": 101,
    "http.route": "/rooms/[room]",
    "url.path": "/rooms/blue",
    "url.scheme": "http",
    "client.address": "127.0.0.1",
    "network.protocol.name": "http",
    "network.protocol.version": "1.1",
    "network.transport": "tcp",
    "user_agent.original": "tests",
    "sockeye.deployment": "local",
    "sockeye.subprotocol": "chat",
    "sockeye.transport": "websocket",
  });
  assertEquals(upgrade.resource["service.name"], "sockeye-test");
  const asked = await collector.span("GET", ({ kind }) => kind === KIND.client);
  assertEquals([asked.traceId, asked.parentSpanId], [TRACE, upgrade.spanId]);
  assertEquals(upstream.parents, [`00-${TRACE}-${asked.spanId}-01`]);
  await client.sendText("?");
  assertEquals((await client.nextButPings()).kind, "text");
  assertEquals(upstream.parents.length, 2);
  assertNotEquals(upstream.parents[1]?.slice(3, 35), TRACE);
  await client.sendText("fail");
  const [line] = await server.process.printed(/^\S+Z error .*message failed.*$/m);
  assertEquals(idsOf(line), [undefined, undefined]);
  assert(!JSON.stringify(collector.spans).includes("secret"));
});

Deno.test("traces: what is refused, and what fails, is a span with the reason, and its log lines say which", async () => {
  await using collector = new OtlpCollector();
  await using upstream = new Upstream();
  await using here = await Workshop.open();
  const server = await here.serve(await rooms(here, upstream), { env: { ...collector.env, LOG_LEVEL: "debug" } });
  const refused = async (path: string, headers: Record<string, string> = {}) =>
    await RawClient.connect({ port: server.process.port, path, headers }).then(() => "let in", () => "refused");
  const words = async (pattern: RegExp, { traceId, spanId }: CollectedSpan) => {
    const [line] = await server.process.printed(pattern);
    assertEquals(idsOf(line), [traceId, spanId]);
    const told = await collector.line(pattern);
    assertEquals([told.traceId, told.spanId], [traceId, spanId]);
  };

  assertEquals(await refused("/rooms/blue", { origin: "https://evil.example", traceparent: TRACEPARENT }), "refused");
  const origin = await collector.span("GET /rooms/[room]", ({ traceId }) => traceId === TRACE);
  assertEquals([origin.parentSpanId, origin.status.code], [PARENT, 0]);
  assertEquals([origin.attributes["http.response.status_code"], origin.attributes["error.type"]], [403, "403"]);
  await words(/^\S+Z warn .*status=403.*$/m, origin);

  assertEquals(await refused("/nowhere"), "refused");
  const nowhere = await collector.span("GET", ({ kind }) => kind === KIND.server);
  assertEquals([nowhere.attributes["http.response.status_code"], nowhere.status.code], [404, 0]);
  await words(/^\S+Z debug .*status=404.*$/m, nowhere);

  assertEquals(await refused("/rooms/broken"), "refused");
  const broken = await collector.span("GET /rooms/[room]", ({ status }) => status.code === 2);
  assertEquals([broken.attributes["http.response.status_code"], broken.attributes["error.type"]], [500, "500"]);
  await words(/^\S+Z error .*upgrade failed.*$/m, broken);
});

/** None of them is a parent. W3C Trace Context §3.2. */
const MALFORMED = [
  "",
  "garbage",
  `00-${TRACE}-${PARENT}`,
  `ff-${TRACE}-${PARENT}-01`,
  `00-${"0".repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-01-more`,
  `00-${TRACE}${TRACE}-${PARENT}-01`,
  `${TRACEPARENT}, ${TRACEPARENT}`,
];

Deno.test("traces: a traceparent that is malformed is nobody's parent, and lets everybody in", async () => {
  await using collector = new OtlpCollector();
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }), {
    env: collector.env,
  });
  for (const traceparent of MALFORMED) {
    using client = await RawClient.connect({ port: server.process.port, path: "/", headers: { traceparent } });
    assertEquals(await ask(client), "one 1");
  }
  await collector.span("GET /", () => collector.spans.length === MALFORMED.length);
  const ofNobody = collector.spans.map(({ traceId, parentSpanId }) => [traceId !== TRACE, parentSpanId]);
  assertEquals(ofNobody, MALFORMED.map(() => [true, ""]));
});

Deno.test("traces: a deployment from its upload to what becomes of it, with its steps, its peers and its log lines", async () => {
  await using collector = new OtlpCollector();
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }), {
    env: collector.env,
  });
  const clients = [await server.connect(), await server.connect()];
  for (const client of clients) await ask(client);
  const two = await here.routes("two", { "index.ts": counterRoute("two") });
  const deployed = await command("deploy", ["--routes", two, "--to", server.admin]);
  assertEquals(deployed.code, 0, deployed.output);
  const name = /^deployment (\w+):/m.exec(deployed.output)?.[1];

  const uploaded = await collector.span("deployment upload");
  assertEquals([uploaded.attributes["sockeye.deployment"], uploaded.attributes["sockeye.deployment.state"]], [
    name,
    "candidate",
  ]);
  const activated = await collector.span("deployment activate");
  assertEquals([activated.kind, activated.status.code], [KIND.internal, 0]);
  const { "sockeye.node": _node, ...facts } = activated.attributes;
  assertEquals(facts, {
    "sockeye.deployment": name,
    "sockeye.deployment.state": "active",
    "sockeye.peers.moved": 2,
    "sockeye.peers.dismissed": 0,
    "sockeye.peers.lost": 0,
  });
  const [line] = await server.process.printed(/^\S+Z info {2}.*is active.*$/m);
  assertEquals(idsOf(line), [activated.traceId, activated.spanId]);
  for (const step of ["start", "swap", "stop"]) {
    const { parentSpanId, tookMs } = await collector.span(`deployment ${step}`);
    assertEquals([parentSpanId, tookMs <= activated.tookMs], [activated.spanId, true]);
  }
  // The request that asked for it.
  await collector.span("POST", ({ spanId }) => spanId === activated.parentSpanId);

  assertEquals((await admin(server, "POST", "/rollback")).status, 200);
  const back = await collector.span("deployment rollback");
  assertEquals([back.attributes["sockeye.deployment"], back.attributes["sockeye.peers.moved"]], ["local", 2]);

  assertEquals((await admin(server, "POST", `/deployments/${name}/activate`, { share: 0.5 })).status, 200);
  const canary = await collector.span(
    "deployment activate",
    ({ attributes }) => "sockeye.deployment.share" in attributes,
  );
  assertEquals([canary.attributes["sockeye.deployment.state"], canary.attributes["sockeye.deployment.share"]], [
    "canary",
    0.5,
  ]);
  assertEquals((await admin(server, "POST", `/deployments/${name}/promote`)).status, 200);
  await collector.span("deployment promote", ({ status }) => status.code === 0);

  // Nobody's handlers belong to what moved them.
  for (const client of clients) await ask(client);
  const stuck = counterRoute("three", "").replace(
    "resume: (peer, state) =>",
    "resume: () => { throw new Error('no way') }, error: (peer, state) =>",
  );
  const refused = await command("deploy", [
    "--routes",
    await here.routes("three", { "index.ts": stuck }),
    "--to",
    server.admin,
  ]);
  assertEquals(refused.code, 1, refused.output);
  const failed = await collector.span("deployment activate", ({ status }) => status.code === 2);
  assertMatch(failed.status.message, /resume failed for peer .*: no way/);
  assertEquals(failed.attributes["error.type"], "SwapError");
  const [warning] = await server.process.printed(/^\S+Z warn .*does not serve.*$/m);
  assertEquals(idsOf(warning), [failed.traceId, failed.spanId]);
});

Deno.test("traces: the request of an operator names the parent of a deployment", async () => {
  await using collector = new OtlpCollector();
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }), {
    env: collector.env,
  });
  assertEquals((await admin(server, "POST", "/rollback", undefined, { traceparent: TRACEPARENT })).status, 409);
  const { traceId, parentSpanId, attributes } = await collector.span("deployment rollback");
  assertEquals([traceId, attributes["error.type"]], [TRACE, "DeploymentConflict"]);
  assertEquals((await collector.span("POST", ({ spanId }) => spanId === parentSpanId)).parentSpanId, PARENT);
});
