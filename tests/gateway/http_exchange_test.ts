import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { createTestServer, encodeClientFrame, type TestServer, UpgradeRefusedError } from "../../lib/testing/mod.ts";
import { gate } from "./support/served.ts";
import { chunked, get, handshake, HttpClient } from "./support/http_client.ts";

const PAGE = { get: () => new Response("page"), post: async (request: Request) => new Response(await request.text()) };

function serve(options: Parameters<typeof createTestServer>[1] = {}): Promise<TestServer> {
  return createTestServer({ "/": PAGE, "/ws": { message() {} } }, options);
}

Deno.test("HttpExchange answers several requests on one connection (RFC 9112 §9.3)", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  for (const path of ["/", "/nowhere", "/health", "/"]) {
    const { status, headers } = await client.ask(get(path));
    assertEquals([status, headers.get("connection")], [path === "/nowhere" ? 404 : 200, "keep-alive"]);
  }
});

Deno.test("HttpExchange answers pipelined requests in order (RFC 9112 §9.3.2)", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.send(get("/") + get("/nowhere") + get("/health"));
  assertEquals((await client.next()).body, "page");
  assertEquals((await client.next()).status, 404);
  assertEquals((await client.next()).body, "ok\n");
});

Deno.test("HttpExchange answers what was pipelined before the client closed its side", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.send(get("/") + get("/health"));
  await client.stream.closeWrite();
  assertEquals([(await client.next()).body, (await client.next()).body], ["page", "ok\n"]);
  assert(await client.isEnded());
});

Deno.test("HttpExchange closes after the answer to Connection: close and to HTTP/1.0", async () => {
  await using server = await serve();
  for (const head of [get("/", "Connection: close"), "GET / HTTP/1.0\nHost: localhost\n\n"]) {
    const client = new HttpClient(server);
    const { headers, body } = await client.ask(head);
    assertEquals([headers.get("connection"), body], ["close", "page"]);
    assert(await client.isEnded());
  }
});

Deno.test("HttpExchange takes a head one byte at a time, and an empty line before it (RFC 9112 §2.2)", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  for (const letter of "\n" + get("/")) await client.send(letter);
  assertEquals((await client.next()).body, "page");
});

Deno.test("HttpExchange closes with 408 when the head takes longer than handshakeTimeoutMs", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.send("GET / HTTP/1.1\n");
  await server.clock.advance(9_000);
  await client.send("Host: localhost\n");
  await server.clock.advance(1_100);
  const { status, headers } = await client.next();
  assertEquals([status, headers.get("connection")], [408, "close"]);
  assert(await client.isEnded());
});

Deno.test("HttpExchange closes a kept connection after keepAliveTimeoutMs without a word", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.ask(get("/"));
  await server.clock.advance(59_900);
  assertEquals((await client.ask(get("/"))).status, 200);
  await server.clock.advance(60_100);
  assert(await client.isEnded());
});

Deno.test("HttpExchange closes with 408 when a second head begins and does not end in time", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.ask(get("/"));
  await server.clock.advance(30_000);
  await client.send("GET ");
  await server.clock.advance(10_100);
  assertEquals((await client.next()).status, 408);
});

Deno.test("HttpExchange closes with 431 above maxHeadBytes, whole or not, and above maxHeaderFields", async () => {
  await using server = await serve();
  const long = `X-A: ${"a".repeat(20_000)}`;
  for (const head of [get("/", long), get("/", long).slice(0, 18_000), get("/", ...Array(100).fill("X-A: b"))]) {
    const client = new HttpClient(server);
    const { status, headers } = await client.ask(head);
    assertEquals([status, headers.get("connection")], [431, "close"]);
    assert(await client.isEnded());
  }
});

Deno.test("HttpExchange reads bodies by length and in chunks, and what follows is the next request", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.send("POST / HTTP/1.1\nHost: localhost\nContent-Length: 5\n\nhello" + get("/"));
  assertEquals([(await client.next()).body, (await client.next()).body], ["hello", "page"]);
  await client.send("POST / HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n");
  for (const byte of chunked("wor", "ld")) await client.send(Uint8Array.of(byte));
  assertEquals((await client.next()).body, "world");
});

Deno.test("HttpExchange refuses a body above maxBodyBytes with 413, before it has arrived", async () => {
  await using server = await serve({ options: { maxBodyBytes: 10 } });
  const client = new HttpClient(server);
  const { status } = await client.ask("POST / HTTP/1.1\nHost: localhost\nContent-Length: 11\n\n");
  assertEquals(status, 413);
  assert(await client.isEnded());
});

Deno.test("HttpExchange answers Expect: 100-continue before the body (RFC 9110 §10.1.1)", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.send("POST / HTTP/1.1\nHost: localhost\nContent-Length: 2\nExpect: 100-continue\n\n");
  assertEquals((await client.next(false, true)).status, 100);
  await client.send("hi");
  assertEquals((await client.next()).body, "hi");
});

Deno.test("HttpExchange closes with 408 when a body does not arrive in time", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  await client.send("POST / HTTP/1.1\nHost: localhost\nContent-Length: 5\n\nhe");
  await server.clock.advance(60_100);
  assertEquals((await client.next()).status, 408);
});

Deno.test("HttpExchange closes with 400 after a malformed head, and lets the client read why", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  const { status, body } = await client.ask("GET / HTTP/1.1\nHost : localhost\n\n" + "x".repeat(10_000));
  assertEquals(status, 400);
  assertStringIncludes(body, "whitespace before the colon");
  assert(await client.isEnded());
});

Deno.test("HttpExchange bounds what a client can make it buffer by pipelining without reading", async () => {
  let answered = 0;
  const large = { get: () => (answered++, new Response("x".repeat(20_000))) };
  await using server = await createTestServer({ "/": large });
  const client = new HttpClient(server);
  await client.send(get("/").repeat(1000).slice(0));
  await server.settled();
  // 64 KiB in the kernel's place, as much above the high-water mark, one answer under way, one waiting.
  assertLess(answered, 12);
  for (let count = 0; count < 1000; count++) assertEquals((await client.next()).body.length, 20_000);
});

Deno.test("HttpExchange closes a connection on which refusals pile up unread", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  void client.send(get("/nowhere").repeat(3000)).catch(() => {});
  await server.settled();
  let refused = 0;
  await assertRejects(async () => {
    for (;; refused++) assertEquals((await client.next()).status, 404);
  });
  assertLess(refused, 1000);
});

Deno.test("HttpExchange drops a client that takes nothing of an answer for writeTimeoutMs", async () => {
  const route = { get: () => new Response(new Blob(["x".repeat(1_000_000)]).stream()) };
  await using server = await createTestServer({ "/": route });
  const client = new HttpClient(server);
  await client.send(get("/"));
  await server.clock.advance(30_200);
  await assertRejects(() => client.next(), Error, "in the middle of a body");
});

Deno.test("HttpExchange cancels an answer's stream when the client goes", async () => {
  const cancelled = gate();
  const body = () => new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)), cancel: cancelled.open });
  await using server = await createTestServer({ "/": { get: () => new Response(body()) } });
  const client = new HttpClient(server);
  await client.send(get("/"));
  await server.still();
  client.stream.reset();
  await cancelled.opened;
});

Deno.test("HttpExchange keeps bytes sent right behind the handshake, with a synchronous and an asynchronous upgrade", async () => {
  const answer = gate();
  const texts: string[] = [];
  const message = (_peer: unknown, got: { text(): string }) => void texts.push(got.text());
  const upgrade = async () => {
    await answer.opened;
  };
  await using server = await createTestServer({
    "/none": { message },
    "/sync": { upgrade() {}, message },
    "/async": { upgrade, message },
  });
  const frame = (text: string) => encodeClientFrame({ opcode: 1, payload: text });
  await server.connect("/none", { early: frame("none") });
  await server.connect("/sync", { early: frame("sync") });
  const connecting = server.connect("/async", { early: frame("async") });
  await server.still();
  assertEquals(texts, ["none", "sync"]);
  answer.open();
  const peer = await connecting;
  peer.send("later");
  await server.settled();
  assertEquals(texts, ["none", "sync", "async", "later"]);
});

Deno.test("HttpExchange makes a client wait that sends more than 64 KiB before its upgrade is answered", async () => {
  const answer = gate();
  let messages = 0;
  const route = {
    async upgrade() {
      await answer.opened;
    },
    message: () => void messages++,
  };
  await using server = await createTestServer({ "/": route });
  const client = new HttpClient(server);
  const frame = encodeClientFrame({ opcode: 2, payload: new Uint8Array(1000) });
  const flood = new Uint8Array(frame.length * 400);
  for (let count = 0; count < 400; count++) flood.set(frame, frame.length * count);
  await client.send(handshake());
  const sending = client.send(flood);
  await server.still();
  assert(client.stream.isWriting);
  answer.open();
  await sending;
  await server.settled();
  assertEquals(messages, 400);
});

for (const how of ["reset", "end"] as const) {
  Deno.test(`HttpExchange tells upgrade when the client has gone (${how}), and opens nothing`, async () => {
    const answer = gate();
    let signal: AbortSignal | undefined;
    let opened = 0;
    const route = {
      async upgrade(_request: Request, context: { readonly signal: AbortSignal }) {
        signal = context.signal;
        await answer.opened;
      },
      open: () => void opened++,
    };
    await using server = await createTestServer({ "/": route });
    const client = new HttpClient(server);
    await client.send(handshake());
    await server.still();
    assertEquals(signal?.aborted, false);
    if (how === "reset") client.stream.reset();
    else await client.stream.closeWrite();
    await server.still();
    assertEquals(signal?.aborted, true);
    answer.open();
    await server.settled();
    assertEquals([opened, server.connectionCount], [0, 0]);
  });
}

Deno.test("HttpExchange passes a refusal of upgrade on, returned or thrown, and goes on with HTTP", async () => {
  const refuse = (kind: string) => {
    const response = new Response(`not you, ${kind}`, { status: 401, headers: { "www-authenticate": "Basic" } });
    if (kind === "throw") throw response;
    return kind === "async" ? Promise.resolve(response) : response;
  };
  const upgrade = (request: Request) => refuse(new URL(request.url).search.slice(1));
  await using server = await createTestServer({ "/": { default: { upgrade, open() {} }, ...PAGE } });
  for (const kind of ["return", "throw", "async"]) {
    const client = new HttpClient(server);
    const { status, headers, body } = await client.ask(handshake(`/?${kind}`));
    assertEquals([status, headers.get("www-authenticate"), body], [401, "Basic", `not you, ${kind}`]);
    assertEquals((await client.ask(get("/"))).body, "page");
  }
});

Deno.test("HttpExchange answers 500 when upgrade fails or gives what cannot be sent, and others go on", async () => {
  const upgrade = (request: Request) => {
    const kind = new URL(request.url).search.slice(1);
    if (kind === "throw") throw new Error("no luck");
    const acceptance = { headers: { "x-a": "\x01" } };
    return kind === "async" ? Promise.resolve(acceptance) : acceptance;
  };
  await using server = await createTestServer({ "/": { upgrade, open() {} }, "/page": PAGE });
  for (const kind of ["throw", "sync", "async"]) {
    const refused = await assertRejects(() => server.connect(`/?${kind}`), UpgradeRefusedError);
    assertEquals(refused.status, 500);
  }
  assertEquals(server.logs.filter(({ level }) => level === "error").length, 3);
  assertEquals(await (await server.fetch("/page")).text(), "page");
});

Deno.test("HttpExchange survives a Host that is no URL's host", async () => {
  await using server = await serve();
  for (const host of ["xn--a", "1.2.3.4.5", "a%2fb"]) {
    const client = new HttpClient(server);
    await client.send(`GET / HTTP/1.1\nHost: ${host}\nConnection: close\n\n`);
    const { status } = await client.next();
    assert(status === 200 || status === 400, `${host}: ${status}`);
  }
  assertEquals((await server.fetch("/")).status, 200);
});
