import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createTestServer } from "../../../lib/testing/mod.ts";
import { get, handshake, HttpClient } from "../support/http_client.ts";
import { gate } from "../support/served.ts";

Deno.test("HttpExchange answers 503 when upgrade takes longer than upgradeTimeoutMs, aborts its signal and tells the log", async () => {
  const answer = gate();
  let signal: AbortSignal | undefined;
  const upgrade = async (_request: Request, context: { readonly signal: AbortSignal }) => {
    signal = context.signal;
    await answer.opened;
  };
  let opened = 0;
  const route = { upgrade, open: () => void opened++ };
  await using server = await createTestServer({ "/": route }, { options: { upgradeTimeoutMs: 2_000 } });
  const client = new HttpClient(server);
  await client.send(handshake());
  await server.clock.advance(1_900);
  assertEquals(signal?.aborted, false);
  await server.clock.advance(200);
  const { status, headers, body } = await client.next();
  assertStringIncludes(body, "upgradeTimeoutMs");
  assertEquals([status, headers.get("retry-after"), headers.get("connection")], [503, "5", "close"]);
  assert(await client.isEnded());
  assertEquals([signal?.aborted, signal?.reason.name], [true, "TimeoutError"]);
  const line = server.logs.find(({ message }) => message === "refused");
  assertEquals([line?.fields.status, line?.fields.path], [503, "/"]);
  answer.open();
  await server.settled();
  assertEquals([opened, server.connectionCount], [0, 0]);
});

Deno.test("HttpExchange lets upgrade decide within upgradeTimeoutMs, and the limit ends with the decision", async () => {
  const answer = gate();
  const route = { upgrade: () => answer.opened.then(() => undefined), open() {} };
  await using server = await createTestServer({ "/": route }, { options: { upgradeTimeoutMs: 2_000 } });
  const connecting = server.connect("/");
  await server.clock.advance(1_900);
  answer.open();
  await connecting;
  await server.clock.advance(10_000);
  assertEquals(server.connectionCount, 1);
});

for (const method of ["GET", "POST"] as const) {
  Deno.test(`HttpExchange answers 503 when a ${method} takes longer than responseTimeoutMs, aborts its signal and tells the log`, async () => {
    const answer = gate();
    let signal: AbortSignal | undefined;
    const handler = async (request: Request) => {
      signal = request.signal;
      await answer.opened;
      return new Response("too late");
    };
    const route = { get: handler, post: handler };
    await using server = await createTestServer({ "/slow/[id]": route }, { options: { responseTimeoutMs: 2_000 } });
    const client = new HttpClient(server);
    await client.send(`${method} /slow/1 HTTP/1.1\nHost: localhost\nContent-Length: 2\n\nhi`);
    await server.clock.advance(1_900);
    assertEquals(signal?.aborted, false);
    await server.clock.advance(200);
    const { status, headers, body } = await client.next();
    assertEquals(body, "The route /slow/[id] did not answer within responseTimeoutMs: try again later.\n");
    assertEquals([status, headers.get("retry-after"), headers.get("connection")], [503, "5", "close"]);
    assert(await client.isEnded());
    assertEquals([signal?.aborted, signal?.reason.name], [true, "TimeoutError"]);
    const line = server.logs.find(({ message }) => message === "refused");
    assertEquals([line?.fields.status, line?.fields.path], [503, "/slow/1"]);
    answer.open();
    await server.settled();
    assertEquals(server.logs.filter(({ level }) => level === "error"), []);
  });
}

Deno.test("HttpExchange lets the body of a response take longer than responseTimeoutMs", async () => {
  const rest = gate();
  const body = () =>
    new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode("first, "));
        await rest.opened;
        controller.enqueue(new TextEncoder().encode("last"));
        controller.close();
      },
    });
  const route = { get: () => new Response(body()) };
  await using server = await createTestServer({ "/": route }, { options: { responseTimeoutMs: 2_000 } });
  const client = new HttpClient(server);
  await client.send(get("/"));
  await server.clock.advance(60_000);
  rest.open();
  const answer = await client.next();
  assertEquals([answer.status, answer.body], [200, "first, last"]);
});

Deno.test("HttpExchange gives each request responseTimeoutMs, and none to what comes after it", async () => {
  let answer = gate();
  const route = { get: () => answer.opened.then(() => new Response("done")) };
  await using server = await createTestServer({ "/": route }, { options: { responseTimeoutMs: 2_000 } });
  const client = new HttpClient(server);
  for (let count = 0; count < 3; count++) {
    answer = gate();
    await client.send(get("/"));
    await server.clock.advance(1_900);
    answer.open();
    assertEquals((await client.next()).status, 200);
    await server.clock.advance(10_000);
  }
});

Deno.test("HttpExchange takes a handler that gives up with its signal for no failure", async () => {
  const route = {
    get: (request: Request) =>
      new Promise<Response>((_resolve, reject) =>
        request.signal.addEventListener("abort", () => reject(request.signal.reason))
      ),
  };
  await using server = await createTestServer({ "/": route }, { options: { responseTimeoutMs: 2_000 } });
  const [slow, gone] = [new HttpClient(server), new HttpClient(server)];
  await slow.send(get("/"));
  await gone.send(get("/"));
  await server.still();
  gone.stream.reset();
  await server.clock.advance(2_100);
  assertEquals((await slow.next()).status, 503);
  assertEquals(server.logs.filter(({ level }) => level === "error"), []);
});
