/** Peers that are slow on purpose: slow heads, slow readers, none at all. @module */
import { assert, assertEquals, assertLess, assertLessOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { OPCODE } from "../../lib/frame/mod.ts";
import { IS_TLS } from "../support/certificates.ts";
import { dial, handshakeRequest, maskedFrame, RawClient } from "../support/raw_client.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

const MIB = 1024 * 1024;
const ROUTES = { routes: "tests/fault/routes" };

/** Garbage can be collected on demand, and what is freed is given back. */
const MEASURED = {
  denoFlags: ["--v8-flags=--expose-gc"],
  env: { LOG_LEVEL: "debug", MALLOC_MMAP_THRESHOLD_: "16384", MALLOC_TRIM_THRESHOLD_: "16384" },
};

/** Resident memory after the server has collected its garbage. */
async function settledRss(server: ServerProcess, peers = 0): Promise<number> {
  await (await server.fetch(`/crowd?peers=${peers}`)).text();
  return server.rssBytes();
}

/** So many round trips of a client that does everything right. */
async function serve(client: RawClient, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await client.sendText(`turn ${i}`);
    assertEquals(await client.nextButPings(), { kind: "text", text: `turn ${i}` });
  }
}

/** Reads to the end of the stream. */
async function answerOf(conn: Deno.TcpConn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(4096);
  for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

/** The results of those promises that are the first so many to settle. */
function firstOf<Result>(count: number, promises: readonly Promise<Result>[]): Promise<readonly Result[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Result[]>();
  const results: Result[] = [];
  const add = (result: Result) => {
    if (results.push(result) === count) resolve(results.slice());
  };
  for (const each of promises) each.then(add, reject);
  return promise;
}

Deno.test("300 slow heads get 408 at handshakeTimeoutMs while a good client is served (slowloris)", async () => {
  await using server = await startServer({ args: ["--handshake-timeout-ms", "1s"] });
  const request = handshakeRequest("/echo");
  const slow = await Promise.all(Array.from({ length: 300 }, async (_none, index) => {
    const conn = await dial(server.port);
    await conn.write(request.subarray(0, index % (request.length - 4)));
    return conn;
  }));
  const endings = Promise.all(slow.map(answerOf));
  try {
    using client = await RawClient.connect({ port: server.port });
    let areOver = false;
    endings.finally(() => areOver = true);
    await serve(client, 100);
    while (!areOver) await serve(client, 1);
    for (const answer of await endings) assertStringIncludes(answer, "HTTP/1.1 408 ");
    await serve(client, 10);
  } finally {
    for (const conn of slow) conn.close();
  }
});

Deno.test("a head that comes byte by byte has no longer than handshakeTimeoutMs in all", async () => {
  await using server = await startServer({ args: ["--handshake-timeout-ms", "500ms"] });
  using conn = await dial(server.port);
  let sent = 0;
  const dripping = setInterval(() => conn.write(Uint8Array.of(0x41)).then(() => sent++, () => {}), 20);
  try {
    assertStringIncludes(await answerOf(conn), "HTTP/1.1 408 ");
    assert(sent > 5, `only ${sent} bytes had gone out: nothing was shown`);
  } finally {
    clearInterval(dripping);
  }
});

Deno.test("a peer that never reads costs at most maxBufferedBytes and one message, and gets 1013", async () => {
  await using server = await startServer({ ...MEASURED, ...ROUTES });
  const peers = 40;
  const clients: RawClient[] = [];
  const connect = async () => {
    const from = server.output().length;
    clients.push(await RawClient.connect({ port: server.port, path: "/flood" }));
    await server.printed(/flood over after \d+ bytes/, from);
  };
  try {
    await connect(); // The first warms the code up.
    const before = await settledRss(server);
    for (let i = 0; i < peers; i++) await connect();
    const grown = await settledRss(server) - before;
    assertLessOrEqual(grown, peers * (MIB + 64 * 1024), `${peers} peers cost ${grown} bytes`);
    using other = await RawClient.connect({ port: server.port });
    await serve(other, 10);
    // What it did not read is still whole: messages, then the Close frame.
    assertEquals(await clients[0]!.ending(), { kind: "close", code: 1013, reason: "slow consumer" });
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

/** So many pings of 125 bytes. */
function manyPings(count: number): Uint8Array {
  const ping = maskedFrame(OPCODE.PING, new Uint8Array(125));
  const pings = new Uint8Array(ping.length * count);
  for (let at = 0; at < pings.length; at += ping.length) pings.set(ping, at);
  return pings;
}

Deno.test("a peer that pings without end and never reads costs no more than the high-water mark", async () => {
  await using server = await startServer({
    args: ["--write-timeout-ms", "1s"],
    ...MEASURED,
    ...ROUTES,
  });
  using other = await RawClient.connect({ port: server.port });
  // So most of the code is warm; the rest costs some 10 MB, however many pings follow.
  for (let count = 0; count < 100; count++) {
    await other.write(manyPings(100));
    for (let pongs = 0; pongs < 100; pongs++) assertEquals((await other.next()).kind, "pong");
  }
  await serve(other, 200);
  const before = await settledRss(server);
  using client = await RawClient.connect({ port: server.port });
  const pings = manyPings(1000);
  let sent = 0;
  const flooding = (async () => {
    for (;; sent += pings.length) await client.write(pings);
  })().catch(() => {}); // Ends with the connection.
  let isOver = false;
  const over = server.printed(/violation=WRITE_TIMEOUT/).finally(() => isOver = true);
  let most = 0;
  while (!isOver) {
    await serve(other, 20);
    most = Math.max(most, await settledRss(server));
  }
  await over;
  await flooding;
  assertLess(most - before, 16 * MIB, `after ${sent} bytes of pings`);
  await serve(other, 10);
});

/**
 * So many clients send 1 MiB messages to `/echo`, for as long as they are taken, and read a byte of the echoes each time
 * another client has been served; until the server gives all of them up.
 *
 * @returns the most memory there was meanwhile, without garbage.
 */
async function readSlowly(server: ServerProcess, count: number, other: RawClient): Promise<number> {
  const from = server.output().length;
  const clients: RawClient[] = [];
  try {
    while (clients.length < count) clients.push(await RawClient.connect({ port: server.port }));
    const message = maskedFrame(OPCODE.BINARY, new Uint8Array(MIB).fill(5));
    const sending = Promise.all(clients.map(async (client) => {
      let sent = 0;
      try {
        for (; sent < 64; sent++) await client.write(message);
      } catch {
        // It ends with the connection.
      }
      assertLess(sent, 64, "the server should have stopped reading");
    }));
    let isOver = false;
    const over = server.printed(new RegExp("violation=WRITE_TIMEOUT[^]*".repeat(count)), from)
      .finally(() => isOver = true);
    let most = 0;
    while (!isOver) {
      for (const client of clients) await client.readSome(1);
      await serve(other, 20);
      most = Math.max(most, await settledRss(server));
    }
    await Promise.all([over, sending]);
    return most;
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

Deno.test("a client that reads one byte at a time while /echo answers 1 MiB messages is held to one message", async () => {
  await using server = await startServer({
    args: ["--write-timeout-ms", "2s"],
    ...MEASURED,
    ...ROUTES,
  });
  using other = await RawClient.connect({ port: server.port });
  await serve(other, 10);
  // The first warms the code up, and costs 18 MB: 8 of Deno's program, 5 of its heap, and less than 2 in the arena.
  await readSlowly(server, 1, other);
  const before = await settledRss(server);
  const peers = 12;
  const grown = await readSlowly(server, peers, other) - before;
  // Each holds a message and less than 200 KiB of the next. As long again are the buffers that the messages have
  // outgrown: others may have them, but what was touched in the arena stays.
  // Over TLS there are what it has taken in, and the records of 64 KiB that it writes, each more than once.
  const most = IS_TLS ? 3 : 1.5;
  assertLess(grown, peers * most * MIB + 3 * MIB, `${peers} peers cost ${grown} bytes`);
  await serve(other, 10);
});

Deno.test("maxMemoryBytes bounds all slow peers together: the largest go with 1013, a good one stays", async () => {
  await using server = await startServer({
    args: ["--max-memory-bytes", "40MiB"],
    env: { LOG_LEVEL: "debug" },
    ...ROUTES,
  });
  using good = await RawClient.connect({ port: server.port });
  const clients: RawClient[] = [];
  try {
    // Each holds most of a message that it does not finish: 80 × 900 KiB in all.
    const part = maskedFrame(OPCODE.BINARY, new Uint8Array(MIB)).subarray(0, 900 * 1024);
    for (let i = 0; i < 80; i++) clients.push(await RawClient.connect({ port: server.port, path: "/crowd" }));
    // Those that are closed meanwhile do not take it all.
    for (const client of clients) await client.write(part).catch(() => {});
    await server.printed(/violation=MEMORY_PRESSURE/);
    await serve(good, 10);
    await assertRejects(() => RawClient.connect({ port: server.port, path: "/crowd" }), Error, "503");
    const told = server.output().match(/violation=MEMORY_PRESSURE/g)!.length;
    const endings = await firstOf(told, clients.map((client) => client.ending()));
    const close = { kind: "close", code: 1013, reason: "the server is short of memory" } as const;
    assertEquals(endings, new Array(told).fill(close));
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});
