import { assertEquals, assertRejects } from "@std/assert";
import { createTestServer, UpgradeRefusedError } from "../../../lib/testing/mod.ts";
import { get, HttpClient } from "../support/http_client.ts";
import { gate } from "../support/served.ts";

const KIB = 1024;

Deno.test("HttpExchange counts request bodies in maxMemoryBytes, those that a handler is busy with included", async () => {
  const answer = gate();
  const post = async (request: Request) => {
    await request.arrayBuffer();
    await answer.opened;
    return new Response("done");
  };
  const options = { maxMemoryBytes: 1024 * KIB, maxBodyBytes: 700 * KIB };
  await using server = await createTestServer({ "/": { post }, "/ws": { message() {} } }, { options });
  const head = (length: number) => `POST / HTTP/1.1\nHost: localhost\nContent-Length: ${length}\n\n`;
  const [busy, arriving, late] = [new HttpClient(server), new HttpClient(server), new HttpClient(server)];
  await busy.send(head(600 * KIB));
  await busy.send(new Uint8Array(600 * KIB));
  await arriving.send(head(500 * KIB));
  await arriving.send(new Uint8Array(300 * KIB));
  await server.still();
  // From 7/8 on, newcomers are refused, and bodies with them.
  assertEquals((await assertRejects(() => server.connect("/ws"), UpgradeRefusedError)).status, 503);
  assertEquals((await late.ask(head(10) + "0123456789")).status, 503);
  answer.open();
  assertEquals((await busy.next()).body, "done");
  await server.connect("/ws");
  await arriving.send(new Uint8Array(200 * KIB));
  assertEquals((await arriving.next()).body, "done");
});

Deno.test("HttpExchange lets the largest body go with 503 above maxMemoryBytes", async () => {
  const options = { maxMemoryBytes: 1024 * KIB, maxBodyBytes: 900 * KIB };
  await using server = await createTestServer({ "/": { post: () => new Response("took it") } }, { options });
  const head = "POST / HTTP/1.1\nHost: localhost\nContent-Length: 921600\n\n";
  const [large, small] = [new HttpClient(server), new HttpClient(server)];
  for (const client of [large, small]) await client.send(head);
  await large.send(new Uint8Array(700 * KIB));
  await server.still();
  await small.send(new Uint8Array(300 * KIB));
  await server.still();
  assertEquals((await large.next()).status, 503);
  await small.send(new Uint8Array(600 * KIB));
  assertEquals((await small.next()).status, 200);
});

Deno.test("HttpExchange above maxMemoryBytes refuses a client that does not read once, and drops it a second after", async () => {
  const options = { maxMemoryBytes: 1024 * KIB, maxBufferedBytes: 1024 * KIB, highWaterBytes: 512 * KIB };
  const answer = (request: Request) => new Response(new Uint8Array(Number(new URL(request.url).search.slice(1)) * KIB));
  await using server = await createTestServer({ "/": { get: answer } }, { options });
  // 64 KiB of each are on the way to the client.
  const clients: HttpClient[] = [];
  for (const sizeKib of [500, 300, 300, 300]) {
    const client = new HttpClient(server);
    clients.push(client);
    await client.send(get(`/?${sizeKib}`));
    await server.still();
  }
  const refusals = () => server.logs.filter(({ message }) => message === "refused").length;
  assertEquals(refusals(), 1);
  await server.clock.advance(1_000);
  await clients[3]!.send(get("/health"));
  await server.still();
  assertEquals(refusals(), 1);
  // The first has nobody left to write to it: what did not fit on the way is lost.
  await assertRejects(() => clients[0]!.next(), Error, "in the middle of a body");
  const { status, body } = await clients[1]!.next();
  assertEquals([status, body.length], [200, 300 * KIB]);
});
