import { assert, assertEquals, assertRejects } from "@std/assert";
import { createTestServer } from "../../lib/testing/mod.ts";

const ECHO = {
  message: (peer: { send(text: string): boolean }, got: { text(): string }) => void peer.send(got.text()),
};

Deno.test("TestPeer.receive gives messages in order, text as strings and binary as bytes", async () => {
  await using server = await createTestServer({
    "/": { open: (peer) => (peer.send("text"), void peer.send(Uint8Array.of(1, 2))) },
  });
  const peer = await server.connect("/");
  assertEquals([await peer.receive(), await peer.receive()], ["text", Uint8Array.of(1, 2)]);
});

Deno.test("TestPeer.receive rejects when everything has come to rest without a message", async () => {
  await using server = await createTestServer({ "/": { message() {} } });
  const peer = await server.connect("/");
  await assertRejects(() => peer.receive(), Error, "has sent no message, and everything has come to rest");
  peer.send("x");
  await assertRejects(() => peer.receive(), Error, "receive({ waitMs: … })");
});

Deno.test("TestPeer.receive waits for a handler that takes its time", async () => {
  await using server = await createTestServer({
    "/": {
      async message(peer) {
        await crypto.subtle.digest("SHA-256", new Uint8Array(1_000_000));
        peer.send("done");
      },
    },
  });
  const peer = await server.connect("/");
  peer.send("x");
  assertEquals(await peer.receive(), "done");
});

Deno.test("TestPeer.receive waits in real time for a route's own timers when it is asked to", async () => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await using server = await createTestServer({
    "/": {
      open: (peer) => void (timer = setTimeout(() => void peer.send("tick"), 5)),
      close: () => clearTimeout(timer),
    },
  });
  const peer = await server.connect("/");
  assertEquals(await peer.receive({ waitMs: 10_000 }), "tick");
  await assertRejects(() => peer.receive({ waitMs: 1 }), Error, "come to rest");
});

Deno.test("TestPeer.receive rejects with how the connection ended, after the messages that came before", async () => {
  await using server = await createTestServer({
    "/": { message: (peer) => (peer.send("last"), peer.close(4000, "enough")) },
  });
  const peer = await server.connect("/");
  peer.send("x");
  await peer.closed;
  assertEquals(await peer.receive(), "last");
  await assertRejects(() => peer.receive(), Error, 'has ended with 4000 "enough"');
  const other = await server.connect("/");
  const receiving = other.receive();
  other.reset();
  await assertRejects(() => receiving, Error, "without a Close frame (1006)");
});

Deno.test("TestPeer answers pings and Close frames, and leaves it when it is told to", async () => {
  await using server = await createTestServer({
    "/": { message: (peer, got) => got.text() === "ping" ? peer.ping("p") : peer.close(4001) },
  });
  const polite = await server.connect("/");
  polite.send("close");
  assertEquals(await polite.closed, { code: 4001, reason: "", wasClean: true });
  const mute = await server.connect("/", { answersPings: false, answersClose: false });
  mute.send("ping");
  await server.settled();
  mute.send("close");
  await server.settled();
  assertEquals(mute.frames.map(({ type }) => type), ["ping", "close"]);
  await server.clock.advance(10_200);
  assertEquals(await mute.closed, { code: 4001, reason: "", wasClean: false });
});

Deno.test("TestPeer sends frames as right or wrong as it is told, and bytes as they are", async () => {
  await using server = await createTestServer({ "/": ECHO });
  const peer = await server.connect("/");
  peer.sendFrame({ opcode: 1, payload: "in ", fin: false });
  peer.ping("between");
  peer.sendFrame({ opcode: 0, payload: "parts" });
  assertEquals(await peer.receive(), "in parts");
  assertEquals(new TextDecoder().decode(peer.frames[0]?.payload), "between");
  peer.sendFrame({ opcode: 1, payload: "x", rsv: 4 });
  assertEquals((await peer.closed).code, 1002);
});

Deno.test("TestPeer stops and resumes reading, and sends without waiting", async () => {
  await using server = await createTestServer({ "/": ECHO });
  const peer = await server.connect("/");
  peer.stopReading();
  peer.send("x");
  await server.settled();
  assertEquals(peer.waitingMessages, 0);
  peer.resumeReading();
  assertEquals(await peer.receive(), "x");
  peer.limitReading(1);
  peer.send("in single bytes");
  assertEquals(await peer.receive(), "in single bytes");
  assertEquals(peer.unsentBytes, 0);
  assert(peer.frames.length === 2);
});

Deno.test("TestPeer offers compression when it is told to, inflates what it receives and compresses what it sends", async () => {
  const long = "long enough to be compressed ".repeat(50);
  await using server = await createTestServer({ "/": { options: { perMessageDeflate: true }, ...ECHO } });
  const peer = await server.connect("/", { perMessageDeflate: true });
  assertEquals(peer.extensions.split(";")[0], "permessage-deflate");
  peer.send(long);
  assertEquals(await peer.receive(), long);
  assertEquals(peer.frames.map(({ isCompressed }) => isCompressed), [true]);
  const plain = await server.connect("/");
  plain.send(long);
  assertEquals([plain.extensions, await plain.receive(), plain.frames[0]?.isCompressed], ["", long, undefined]);
});
