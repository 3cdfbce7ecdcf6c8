import {
  assertEquals,
  assertFalse,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { InlinePeer } from "../../lib/runtime/inline_peer.ts";
import { DONE, SUBSCRIBED } from "../../lib/runtime/pending.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";

/** A peer over a recorded connection. */
function peerOf(isDevelopment = false): { peer: InlinePeer; commands: RecordedCommands } {
  const commands = new RecordedCommands({ url: "http://example.com/a?b=1" });
  return { peer: new InlinePeer(commands, { deployment: "d-1", isDevelopment }), commands };
}

Deno.test("InlinePeer makes URL, Request and signal once, when first asked", () => {
  const { peer } = peerOf();
  assertStrictEquals(peer.url, peer.url);
  assertStrictEquals(peer.request, peer.request);
  assertStrictEquals(peer.signal, peer.signal);
  assertEquals(peer.url.search, "?b=1");
});

Deno.test("InlinePeer.signal is aborted with the first reason, whether it was asked for before or after", () => {
  const [first, second] = [new DOMException("first", "AbortError"), new DOMException("second", "AbortError")];
  for (const isAskedBefore of [true, false]) {
    const { peer } = peerOf();
    if (isAskedBefore) assertEquals(peer.signal.aborted, false);
    InlinePeer.abort(peer, first);
    InlinePeer.abort(peer, second);
    assertEquals(peer.signal.aborted, true);
    assertStrictEquals(peer.signal.reason, first);
    assertStrictEquals(InlinePeer.abortReason(peer), first);
    assertFalse(InlinePeer.isOver(peer), "what it sent before is still to be delivered");
  }
});

Deno.test("InlinePeer.send passes strings, buffers and views on as they are", () => {
  const { peer, commands } = peerOf();
  const sent = ["text", new ArrayBuffer(2), new Uint8Array(3), new DataView(new ArrayBuffer(1)), new Float64Array(1)];
  for (const payload of sent) assertEquals(peer.send(payload), true);
  for (const [at, payload] of sent.entries()) assertStrictEquals(commands.sentObjects[at], payload);
  commands.bufferedAmount = commands.highWaterBytes + 1;
  assertEquals(peer.send("more"), false);
});

Deno.test("InlinePeer copies in development what it sends, since views are overwritten at once", () => {
  const { peer, commands } = peerOf(true);
  const chunk = new Uint8Array([9, 1, 2, 3, 9]);
  peer.send(chunk.subarray(1, 4));
  peer.publish("topic", chunk.subarray(1, 4));
  peer.send(chunk.buffer);
  chunk.fill(0xdb);
  assertEquals(commands.sentObjects[0], new Uint8Array([1, 2, 3]));
  assertNotStrictEquals(commands.sentObjects[1], chunk.buffer);
  assertEquals(new Uint8Array(commands.sentObjects[1] as ArrayBuffer), new Uint8Array([9, 1, 2, 3, 9]));
  assertEquals(commands.calls[1], ["publish", "topic", [1, 2, 3], false]);
});

Deno.test("InlinePeer: what takes effect at once returns the one promise that nobody has to wait for", () => {
  const { peer } = peerOf();
  assertStrictEquals(peer.subscribe("topic"), SUBSCRIBED);
  assertStrictEquals(peer.publish("topic", "text"), DONE);
});

Deno.test("InlinePeer: a topic that is none fails the call, not a promise nobody looks at", () => {
  const { peer, commands } = peerOf();
  commands.topics.publish = (topic) => {
    throw new TypeError(`the topic "${topic}" is not allowed`);
  };
  assertThrows(() => void peer.publish("", "x"), TypeError, 'the topic "" is not allowed');
  assertThrows(() => void peer.subscribe(""), TypeError, "A topic has 1 to 256 characters");
  assertThrows(() => peer.unsubscribe(""), TypeError, "A topic has 1 to 256 characters");
});

Deno.test("InlinePeer.subscribe passes on where to begin, and gives how it began", async () => {
  const { peer, commands } = peerOf();
  const since = { epoch: "e", offset: 4 };
  void peer.subscribe("all", { since, last: 3 });
  assertEquals(commands.calls, [["subscribe", "all", { since, last: 3 }]]);
  assertThrows(() => void peer.subscribe("all", { last: -1 }), TypeError, "a whole number from 0 on");
  for (const begun of [{ recovered: true }, { recovered: false, position: { epoch: "e", offset: 9 } }]) {
    commands.topics.subscribe = () => begun;
    assertEquals(await peer.subscribe("all"), begun);
    commands.topics.subscribe = () => Promise.resolve(begun);
    assertEquals(await peer.subscribe("all"), begun);
  }
  assertEquals(await peerOf().peer.subscribe("all"), { recovered: false });
});

Deno.test("InlinePeer: what cannot be done ends nothing where nobody waits for it, and is met by who does", async () => {
  const { peer, commands } = peerOf();
  const away = new Error("the broker is away");
  for (
    const fail of [() => Promise.reject(away), () => {
      throw away;
    }]
  ) {
    commands.topics.subscribe = commands.topics.publish = fail;
    // An unhandled rejection would fail this test.
    void peer.subscribe("all");
    void peer.publish("all", "x");
    assertStrictEquals(await assertRejects(() => peer.subscribe("all")), away);
    assertStrictEquals(await assertRejects(() => peer.publish("all", "x")), away);
  }
});

Deno.test("InlinePeer waits for what is to be stored", async () => {
  const { peer, commands } = peerOf();
  const stored = Promise.withResolvers<void>();
  commands.topics.publish = () => stored.promise;
  assertStrictEquals(peer.publish("all", "x"), stored.promise);
  stored.resolve();
  await peer.publish("all", "x");
});

Deno.test("InlinePeer makes presence once, when first asked", () => {
  const { peer } = peerOf();
  assertStrictEquals(peer.presence, peer.presence);
});

Deno.test("InlinePeer.drained is the connection's promise", async () => {
  const { peer, commands } = peerOf();
  await peer.drained();
  assertEquals(commands.calls, [["drained"]]);
});

Deno.test("InlinePeer.ping takes 125 bytes, and close a reason of 123 (RFC 6455 §5.5)", () => {
  const { peer, commands } = peerOf();
  peer.ping(new Uint8Array(125));
  peer.ping("é".repeat(62));
  peer.close(4999, "é".repeat(61) + "x");
  assertEquals(commands.calls.map(([name]) => name), ["ping", "ping", "close"]);
  assertThrows(() => peer.ping("é".repeat(63)), RangeError, "not 126");
});
