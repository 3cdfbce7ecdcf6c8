/** Bytes as no honest client sends them: one at a time, cut off, promised and never sent. @module */
import { assert, assertEquals, assertLess } from "@std/assert";
import { encodeClosePayload, OPCODE } from "../../lib/frame/mod.ts";
import { dial, handshakeRequest, maskedFrame, maskedHeader, maskPart, RawClient } from "../support/raw_client.ts";
import { startServer } from "../support/server_process.ts";

const MIB = 1024 * 1024;
const ROUTES = { routes: "tests/fault/routes" };

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("one byte at a time gives the same answers as all at once", async () => {
  await using server = await startServer();
  const stream = joined(
    maskedFrame(OPCODE.TEXT, "gr\u00fc\u00df ", { fin: false }),
    maskedFrame(OPCODE.PING, "between"),
    maskedFrame(OPCODE.CONTINUATION, "\u{1f426}"),
    maskedFrame(OPCODE.BINARY, new Uint8Array(300).fill(7)),
    maskedFrame(OPCODE.CLOSE, encodeClosePayload(4321, "done")),
  );
  using client = await RawClient.connect({ port: server.port });
  for (const byte of stream) await client.write(Uint8Array.of(byte));
  assertEquals(await client.next(), { kind: "pong", bytes: new TextEncoder().encode("between") });
  assertEquals(await client.next(), { kind: "text", text: "gr\u00fc\u00df \u{1f426}" });
  assertEquals(await client.next(), { kind: "binary", bytes: new Uint8Array(300).fill(7) });
  assertEquals(await client.next(), { kind: "close", code: 4321, reason: "" });
  assertEquals(await client.next(), { kind: "end" });
});

Deno.test("a handshake that comes one byte at a time is a handshake, and what follows it is a frame", async () => {
  await using server = await startServer();
  using conn = await dial(server.port);
  for (const byte of handshakeRequest("/echo")) await conn.write(Uint8Array.of(byte));
  const answer = new Uint8Array(1024);
  const count = await conn.read(answer) ?? 0;
  const head = new TextDecoder().decode(answer.subarray(0, count));
  assert(head.startsWith("HTTP/1.1 101 ") && head.endsWith("\r\n\r\n"), head);
  for (const byte of maskedFrame(OPCODE.TEXT, "Hello")) await conn.write(Uint8Array.of(byte));
  const frame = answer.subarray(0, await conn.read(answer) ?? 0);
  assertEquals(frame.toHex(), "810548656c6c6f");
});

Deno.test("a frame that came with the handshake request is answered", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port, early: maskedFrame(OPCODE.TEXT, "early") });
  assertEquals(await client.next(), { kind: "text", text: "early" });
});

Deno.test("a reset in the middle of a frame closes that peer with 1006 and harms nobody else", async () => {
  await using server = await startServer(ROUTES);
  using other = await RawClient.connect({ port: server.port, path: "/crowd" });
  {
    using client = await RawClient.connect({ port: server.port, path: "/gate" });
    await client.armReset();
    await client.write(maskedFrame(OPCODE.BINARY, new Uint8Array(1000)).subarray(0, 500));
  }
  await server.printed(/gate closed 1006 unclean/);
  await other.sendText("still here");
  assertEquals(await other.next(), { kind: "text", text: "still here" });
});

Deno.test("a FIN in the middle of a frame closes that peer with 1006, and the server ends its side", async () => {
  await using server = await startServer(ROUTES);
  using client = await RawClient.connect({ port: server.port, path: "/gate" });
  await client.write(maskedFrame(OPCODE.BINARY, new Uint8Array(1000)).subarray(0, 500));
  await client.closeWrite();
  await server.printed(/gate closed 1006 unclean/);
  assertEquals(await client.next(), { kind: "end" });
});

Deno.test("half-close after a Close frame still gets the Close frame back (RFC 6455 §5.5.1)", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  await client.sendText("last");
  await client.close(1000);
  await client.closeWrite();
  assertEquals(await client.next(), { kind: "text", text: "last" });
  assertEquals(await client.next(), { kind: "close", code: 1000, reason: "" });
  assertEquals(await client.next(), { kind: "end" });
});

for (
  const [name, length, code] of [
    ["2^62", 2n ** 62n, 1009],
    ["2^63 - 1", 2n ** 63n - 1n, 1009],
    ["2^63", 2n ** 63n, 1002],
    ["2^64 - 1", 2n ** 64n - 1n, 1002],
  ] as const
) {
  Deno.test(`a declared length of ${name} is answered with ${code} before a byte of it is there (§5.2)`, async () => {
    await using server = await startServer();
    const before = server.rssBytes();
    for (const opcode of [OPCODE.TEXT, OPCODE.BINARY]) {
      using client = await RawClient.connect({ port: server.port });
      await client.write(maskedHeader(opcode, length));
      const ending = await client.ending();
      assertEquals(ending.kind === "close" && ending.code, code);
    }
    assertLess(server.rssBytes() - before, 8 * MIB);
  });
}

Deno.test("a declared length within the limit costs nothing until its bytes arrive", async () => {
  await using server = await startServer(ROUTES);
  const clients: RawClient[] = [];
  try {
    const before = server.rssBytes();
    // Together they announce 6.4 GB.
    for (let i = 0; i < 200; i++) {
      const client = await RawClient.connect({ port: server.port, path: "/echo" });
      clients.push(client);
      await client.write(joined(maskedHeader(OPCODE.BINARY, BigInt(32 * MIB)), Uint8Array.of(1)));
      // The header has been read when what was sent before it is answered: nothing else may come between.
      await client.write(Uint8Array.of(2));
    }
    using last = await RawClient.connect({ port: server.port });
    await last.sendText("all read");
    assertEquals(await last.next(), { kind: "text", text: "all read" });
    assertLess(server.rssBytes() - before, 32 * MIB);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

Deno.test("a flood of empty fragments ends with 1009 at maxFragments", async () => {
  await using server = await startServer({ args: ["--max-fragments", "1000"], ...ROUTES });
  using client = await RawClient.connect({ port: server.port, path: "/crowd" });
  const fragment = maskedFrame(OPCODE.CONTINUATION, "", { fin: false });
  const flood = new Uint8Array(fragment.length * 20_000);
  for (let at = 0; at < flood.length; at += fragment.length) flood.set(fragment, at);
  await client.write(maskedFrame(OPCODE.TEXT, "", { fin: false }));
  await client.write(flood);
  assertEquals(await client.next(), {
    kind: "close",
    code: 1009,
    reason: "the message has more fragments than this server accepts",
  });
});

Deno.test("a peer that is still sending 16 MiB sees Close 1009: 20 of 20", async () => {
  await using server = await startServer(ROUTES);
  const payloadBytes = 16 * MIB;
  const part = maskPart(new Uint8Array(64 * 1024), 0);
  let seen = 0;
  for (let round = 0; round < 20; round++) {
    using client = await RawClient.connect({ port: server.port, path: "/crowd" });
    const sending = (async () => {
      await client.write(maskedHeader(OPCODE.BINARY, BigInt(payloadBytes)));
      for (let sent = 0; sent < payloadBytes; sent += part.length) await client.write(part);
    })();
    const [ending] = await Promise.all([client.ending(), sending]);
    if (ending.kind === "close" && ending.code === 1009) seen++;
  }
  assertEquals(seen, 20);
});
