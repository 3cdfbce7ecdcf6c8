import { assertEquals } from "@std/assert";
import type { CloseInfo } from "sockeye";
import { encodeClientFrame } from "../../../lib/testing/mod.ts";
import { assertClosed, frameTypes, serve } from "../support/served.ts";

const CLOSES = [
  [1000, ""],
  [1001, "going"],
  [1011, "broken"],
  [3000, "x".repeat(123)],
  [4999, "ö"],
] as const;

for (const [code, reason] of CLOSES) {
  Deno.test(`Connection tells route and peer the code ${code} that the peer closed with`, async () => {
    const infos: CloseInfo[] = [];
    await using server = await serve({ close: (_peer, info) => void infos.push(info) });
    const peer = await server.connect("/");
    assertEquals(await peer.close(code, reason), { code, reason: "", wasClean: true });
    assertEquals(infos, [{ code, reason, wasClean: true }]);
  });
}

Deno.test("Connection answers a Close without a code with a Close without one, and tells the route 1005", async () => {
  const infos: CloseInfo[] = [];
  await using server = await serve({ close: (_peer, info) => void infos.push(info) });
  const peer = await server.connect("/");
  assertEquals(await peer.close(), { code: 1005, reason: "", wasClean: true });
  assertEquals(infos, [{ code: 1005, reason: "", wasClean: true }]);
  assertEquals(peer.frames.at(-1)?.payload.length, 0);
});

Deno.test("peer.close sends what was sent before, then its code and reason", async () => {
  const infos: CloseInfo[] = [];
  await using server = await serve({
    message(peer) {
      peer.send("last words");
      peer.close(4321, "enough");
      peer.send("too late");
    },
    close: (_peer, info) => void infos.push(info),
  });
  const peer = await server.connect("/");
  peer.send("x");
  assertEquals(await peer.closed, { code: 4321, reason: "enough", wasClean: true });
  assertEquals(frameTypes(peer), ["text", "close"]);
  assertEquals(infos, [{ code: 4321, reason: "", wasClean: true }]);
});

Deno.test("peer.terminate drops the connection: both sides see 1006", async () => {
  const infos: CloseInfo[] = [];
  await using server = await serve({
    message: (peer) => peer.terminate(),
    close: (_peer, info) => void infos.push(info),
  });
  const peer = await server.connect("/");
  peer.send("x");
  await assertClosed(peer, 1006);
  assertEquals(infos, [{ code: 1006, reason: "", wasClean: false }]);
});

Deno.test("Connection whose peer closes its side without a Close frame ends with 1006", async () => {
  const infos: CloseInfo[] = [];
  await using server = await serve({ close: (_peer, info) => void infos.push(info) });
  const peer = await server.connect("/");
  peer.endWriting();
  await assertClosed(peer, 1006);
  assertEquals(infos, [{ code: 1006, reason: "", wasClean: false }]);
  assertEquals(server.connectionCount, 0);
});

Deno.test("Connection delivers what came before the end of the stream", async () => {
  const seen: string[] = [];
  await using server = await serve({ message: (_peer, message) => void seen.push(message.text()) });
  const peer = await server.connect("/");
  peer.send("one");
  peer.send("two");
  peer.endWriting();
  await peer.closed;
  assertEquals(seen, ["one", "two"]);
});

Deno.test("Connection lingers: a peer that is still sending 16 MiB gets to see 1009 (design §3.7)", async () => {
  await using server = await serve({ message() {} }, { maxMessageBytes: 1024 });
  const peer = await server.connect("/");
  const frame = encodeClientFrame({ opcode: 2, payload: new Uint8Array(15 * 1024 * 1024) });
  peer.stopReading();
  peer.sendRaw(frame);
  await server.still();
  peer.resumeReading();
  await assertClosed(peer, 1009);
});

Deno.test("Connection reads no more than 16 MiB after its last word, and then drops the pipe", async () => {
  await using server = await serve({ message() {} }, { maxMessageBytes: 1024 });
  const peer = await server.connect("/");
  peer.sendRaw(encodeClientFrame({ opcode: 2, payload: new Uint8Array(40 * 1024 * 1024) }));
  await peer.closed;
  assertEquals(server.connectionCount, 0);
});

Deno.test("Connection sends nothing after its Close, not even a pong (RFC 6455 §5.5.1)", async () => {
  await using server = await serve({ message: (peer) => peer.close(1000) });
  const peer = await server.connect("/", { answersClose: false });
  peer.send("x");
  await server.settled();
  peer.ping();
  await server.settled();
  assertEquals(frameTypes(peer).filter((type) => type !== "pong"), ["close"]);
  assertEquals(frameTypes(peer)[0], "close");
});

Deno.test("Connection calls close once, whatever happens at the end", async () => {
  let closes = 0;
  await using server = await serve({
    message: (peer) => peer.close(1000),
    close: () => void closes++,
  });
  const peer = await server.connect("/");
  peer.send("x");
  peer.close(1001);
  peer.reset();
  await server.settled();
  assertEquals(closes, 1);
});
