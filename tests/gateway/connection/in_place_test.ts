/** Messages that are sent back where they lie. What handlers may do with views is in tests/property. @module */
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import { defineRoute, type Route } from "sockeye";
import { createTestServer, encodeClientFrame, type TestPeer } from "../../../lib/testing/mod.ts";
import echo from "../../../routes/echo.ts";
import { serve } from "../support/served.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

const LIMITS = { maxMessageBytes: 32 * MIB, maxBufferedBytes: 32 * MIB };

const ROUTES: Readonly<Record<string, Route>> = {
  "/echo": echo,
  "an asynchronous handler": defineRoute({
    options: LIMITS,
    async message(peer, { view }) {
      await Promise.resolve();
      if (!peer.send(view)) await peer.drained();
    },
  }),
  "a handler that goes on after it has sent": defineRoute({
    options: LIMITS,
    async message(peer, { view }) {
      peer.send(view);
      await new Promise<void>((resolve) => void setImmediate(resolve));
    },
  }),
};

/** A payload that no other is alike, nor any part of it another part. */
function payloadOf(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let at = 0, state = seed; at < words.length; at++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b1;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

async function assertEchoes(peer: TestPeer, sizes: readonly number[]): Promise<void> {
  const payloads = sizes.map((size, at) => payloadOf(size, at + 1));
  for (const payload of payloads) peer.send(payload);
  for (const [at, payload] of payloads.entries()) {
    const back = await peer.receive();
    assert(typeof back !== "string" && Buffer.compare(back, payload) === 0, `message ${at} of ${payload.length} bytes`);
  }
}

for (const [name, route] of Object.entries(ROUTES)) {
  for (const choked of [undefined, 7_777]) {
    const how = choked === undefined ? "freely" : `${choked} bytes at a time`;
    Deno.test(`${name} echoes messages of 100 bytes to 8 MiB to the byte, pipelined, to a client that reads ${how}`, async () => {
      await using server = await createTestServer({ "/echo": route }, { isDevelopment: false });
      const peer = await server.connect("/echo");
      if (choked !== undefined) peer.limitReading(choked);
      await assertEchoes(peer, [100, 4096, 4096, 5000, 64 * KIB, 64 * KIB, 3, 65_600, 70_000, MIB, 100, MIB]);
      // One by one each lies whole in a chunk that fits it, and is sent from there.
      for (const size of [4096, 4096, 4096, 20_000, 20_000, 20_000, 65_000, 65_000, 65_000]) {
        await assertEchoes(peer, [size]);
      }
      await assertEchoes(peer, [8 * MIB, 4096, 8 * MIB]);
      assertEquals([server.connectionCount, server.logs], [1, []]);
    });
  }
}

Deno.test("Connection sends back what came before the handshake was answered, and what came after, as it was", async () => {
  await using server = await serve({
    async upgrade() {
      await new Promise<void>((resolve) => void setImmediate(resolve));
    },
    async message(peer, { view }) {
      await Promise.resolve();
      peer.send(view);
    },
  });
  const sizes = [5000, 5000, 4096];
  const frames = sizes.map((size, at) => encodeClientFrame({ opcode: 2, payload: payloadOf(size, at) }));
  const peer = await server.connect("/", { early: Buffer.concat(frames) });
  for (const [at, size] of sizes.entries()) assertEquals(await peer.receive(), payloadOf(size, at));
  await assertEchoes(peer, [5000, 5000]);
  await assertEchoes(peer, [5000]);
});

for (const isText of [true, false]) {
  Deno.test(`Connection hands over an empty ${isText ? "text" : "binary"} message that came in fragments`, async () => {
    await using server = await serve({
      message: (peer, message) => void peer.send(`${message.isText} ${message.text()} ${message.view.length}`),
    });
    const peer = await server.connect("/");
    peer.sendFrame({ opcode: isText ? 1 : 2, fin: false });
    peer.sendFrame({ opcode: 0, fin: false });
    peer.sendFrame({ opcode: 0 });
    assertEquals(await peer.receive(), `${isText}  0`);
  });
}

Deno.test("Connection that is gone sends nothing, whatever is sent while its signal is aborted", async () => {
  const sent: boolean[] = [];
  await using server = await serve({
    open: (peer) => peer.signal.addEventListener("abort", () => sent.push(peer.send("too late"))),
  });
  const peer = await server.connect("/");
  peer.reset();
  await server.settled();
  assertEquals(sent, [false]);
});

Deno.test("Connection ended by its handler after it sent its view hands the view's buffer to nobody too early", async () => {
  await using server = await serve({
    async message(peer, { view }) {
      peer.send(view);
      if (view[0] === 1) peer.terminate();
      else if (view[0] === 2) peer.close(4000);
      await new Promise<void>((resolve) => void setImmediate(resolve));
    },
  });
  const other = await server.connect("/");
  await assertEchoes(other, [8000, 8000, 8000]);
  for (let round = 0; round < 6; round++) {
    const peer = await server.connect("/");
    const payload = payloadOf(8000, round);
    payload[0] = 1 + round % 2;
    peer.stopReading();
    peer.send(payload);
    await assertEchoes(other, [8000, 9000, 8000]);
    peer.resumeReading();
    if (payload[0] === 2) assertEquals(await peer.receive(), payload);
    assertEquals((await peer.closed).code, payload[0] === 2 ? 4000 : 1006);
  }
});
