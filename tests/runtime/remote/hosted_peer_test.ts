/** A connection as remote code has it; its handlers stand in `host_test.ts`. @module */
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { PeerEvents, RouteRuntime } from "../../../lib/route/table.ts";
import { MAX_CONTEXT_BYTES } from "../../../lib/runtime/context_check.ts";
import { Calls } from "../../../lib/runtime/remote/calls.ts";
import { HostedPeer } from "../../../lib/runtime/remote/hosted_peer.ts";
import { Outbox } from "../../../lib/runtime/remote/outbox.ts";
import { replyOf } from "../../../lib/runtime/remote/record_payloads.ts";
import { ACK_FLAG, MESSAGE_OVERHEAD_BYTES, TEXT_FLAG, UP } from "../../../lib/runtime/remote/wire.ts";
import { isSettled } from "./support/peer_bench.ts";
import { numberOf, recordsOf, type SeenRecord, textOf, valueOf } from "./support/records.ts";

const NUMBER = 5;
const HIGH_WATER_BYTES = 1000;

/** A peer whose host writes down what it says. */
function bench(context?: unknown) {
  const said: SeenRecord[] = [];
  const log: string[] = [];
  const outbox = new Outbox((batch) => void said.push(...recordsOf(batch)));
  const host = {
    outbox,
    calls: new Calls(),
    plainTopics: new Set<string>(),
    retain: () => void log.push("retain"),
    touch: (peer: HostedPeer) => {
      peer.isTouched = true;
      log.push("touch");
    },
    report: (what: string, error: unknown, peer: string) => void log.push(`${what} of ${peer}: ${error}`),
    forget: () => void log.push("forget"),
  };
  const events: PeerEvents = {
    open() {},
    message() {},
    subscribe: () => false,
    authenticate: () => false,
    drain: () => void log.push("drain"),
    close() {},
    abort: ({ message }) => void log.push(`abort ${message}`),
    suspend() {},
    resume() {},
    revoke() {},
  };
  const runtime = { attach: () => events } as unknown as RouteRuntime;
  const peer = new HostedPeer(
    NUMBER,
    {
      route: 0,
      peer: "p-1",
      request: { method: "GET", url: "http://example.com/", headers: [], remoteAddress: "192.0.2.7" },
      params: { room: "a" },
      subprotocol: "chat",
      transport: "websocket",
      bufferedAmount: 0,
      highWaterBytes: HIGH_WATER_BYTES,
      context,
      topics: ["all"],
    },
    runtime,
    host,
  );
  const heard = (): SeenRecord[] => {
    outbox.flush();
    return said.splice(0);
  };
  return { peer, host, log, heard };
}

Deno.test("HostedPeer has what the gateway said of the connection", () => {
  const { peer } = bench({ name: "Ada" });
  assertEquals([peer.id, peer.params, peer.subprotocol, peer.transport, [...peer.topics.names], peer.context], [
    ...["p-1", { room: "a" }, "chat", "websocket", ["all"], { name: "Ada" }],
  ]);
});

Deno.test("HostedPeer: commands become records, in their order", () => {
  const { peer, heard } = bench();
  const bytes = new TextEncoder().encode("<ä>");
  peer.send("ä");
  peer.send(Uint8Array.of(1, 2));
  peer.forward(true, bytes, 1, 3);
  peer.forward(false, bytes, 1, 2);
  peer.ping(Uint8Array.of(3));
  peer.topics.unsubscribe("news");
  peer.reply(7, "ä");
  peer.reply(8, Uint8Array.of(9));
  peer.reply(9, undefined);
  peer.close(4000, "ä");
  peer.terminate();
  peer.fail();
  assertEquals(heard().map(({ kind, flags, payload }) => [kind, flags, payload]), [
    [UP.SEND, TEXT_FLAG, [0xc3, 0xa4]],
    [UP.SEND, 0, [1, 2]],
    [UP.SEND, TEXT_FLAG, [0xc3, 0xa4]],
    [UP.SEND, 0, [0xc3]],
    [UP.PING, 0, [3]],
    [UP.UNSUBSCRIBE, 0, [...new TextEncoder().encode("news")]],
    [UP.REPLY, TEXT_FLAG, [7, 0, 0, 0, 0xc3, 0xa4]],
    [UP.REPLY, 0, [8, 0, 0, 0, 9]],
    [UP.REPLY, ACK_FLAG, [9, 0, 0, 0]],
    [UP.CLOSE, 0, [4000 & 0xff, 4000 >> 8, 0xc3, 0xa4]],
    [UP.TERMINATE, 0, []],
    [UP.FAIL, 0, []],
  ]);
});

Deno.test("HostedPeer: what is replied comes out of its record as it was put in", () => {
  const data = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array(), fc.constant(undefined));
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), data, (request, data) => {
    const { peer, heard } = bench();
    peer.reply(request, data);
    const [{ flags, payload }] = heard() as [SeenRecord];
    assertEquals(replyOf(flags, Uint8Array.from(payload), 0, payload.length), { request, data });
  }));
});

Deno.test("HostedPeer answers a question behind all that its hook has said", () => {
  const { peer, heard } = bench({ count: 1 });
  peer.line.question(77, () => {
    (peer.context as { count: number }).count = 2;
    peer.send("x");
    return true;
  });
  const said = heard();
  assertEquals(said.map(({ kind, id }) => [kind, id]), [[UP.SEND, NUMBER], [UP.CONTEXT, NUMBER], [UP.ANSWER, 77]]);
  assertEquals(valueOf(said[2]!), true);
});

Deno.test("HostedPeer counts what is sent until it hears what is buffered; send says false beyond the high water", () => {
  const { peer, heard } = bench();
  assertEquals(peer.send(new Uint8Array(500)), true);
  assertEquals(peer.bufferedAmount >= 500, true);
  assertEquals(peer.send(new Uint8Array(501)), false);
  assertEquals(peer.send("x"), false);
  assertEquals(heard().filter(({ kind }) => kind === UP.WANT_DRAIN).length, 1);
  peer.buffered(10);
  assertEquals([peer.bufferedAmount, peer.send("x")], [10, true]);
});

Deno.test("HostedPeer drains where it is owed, or where the gateway says so by itself", () => {
  const { peer, log, heard } = bench();
  peer.drain(true);
  assertEquals(log, []);
  peer.send(new Uint8Array(2000));
  peer.drain(true);
  peer.drain(true);
  assertEquals([log, peer.bufferedAmount], [["drain"], 0]);
  peer.drain(false);
  assertEquals(log, ["drain", "drain"]);
  peer.send(new Uint8Array(2000));
  assertEquals(heard().filter(({ kind }) => kind === UP.WANT_DRAIN).length, 2);
});

Deno.test("HostedPeer.drained waits for the gateway where too much is buffered, and not otherwise", async () => {
  const { peer, host, heard } = bench();
  assertEquals(await isSettled(peer.drained()), true);
  peer.send(new Uint8Array(2000));
  const drained = peer.drained();
  const asked = heard().find(({ kind }) => kind === UP.WANT_DRAINED)!;
  assertEquals(await isSettled(drained), false);
  host.calls.take(numberOf(asked))!.answered(undefined);
  assertEquals(await drained, undefined);
});

Deno.test("HostedPeer that ends sends no more that counts, and leaves its topics", async () => {
  for (const end of ["close", "terminate", "fail", "abort"] as const) {
    const { peer, heard } = bench();
    peer.send(new Uint8Array(2000));
    if (end === "close") peer.close(1000, "");
    else if (end === "abort") peer.abort(new DOMException("gone", "AbortError"));
    else peer[end]();
    assertEquals([peer.send("late"), peer.topics.names.size, await isSettled(peer.drained())], [false, 0, true]);
    await peer.topics.subscribe("all");
    assertEquals([peer.topics.names.size, heard().some(({ kind }) => kind === UP.SUBSCRIBE)], [0, false]);
  }
});

Deno.test("HostedPeer says each context that is set, and refuses one that is none, or too large", () => {
  const { peer, heard } = bench();
  peer.context = { a: 1 };
  peer.context = undefined;
  assertEquals(heard().map((record) => [record.kind, valueOf(record)]), [[UP.CONTEXT, { a: 1 }], [
    UP.CONTEXT,
    undefined,
  ]]);
  peer.context = "kept";
  heard();
  assertThrows(() => peer.context = () => {}, TypeError, "structured-cloneable");
  assertThrows(() => peer.context = { text: "x".repeat(MAX_CONTEXT_BYTES) }, RangeError, "at most 16384 bytes");
  assertEquals([peer.context, heard()], ["kept", []]);
});

Deno.test("HostedPeer: a context that was changed where it is goes out at the end of the batch, and only then", () => {
  const { peer, heard, log } = bench({ count: 1 });
  const context = peer.context as { count: number };
  assertEquals(log, ["touch"]);
  peer.tell();
  assertEquals(heard(), []);
  context.count = 2;
  peer.tell();
  assertEquals(heard().map(valueOf), [{ count: 2 }]);
  peer.tell();
  assertEquals(heard(), []);
});

Deno.test("HostedPeer: a context that became none fails its peer, and is told once", () => {
  const { peer, heard, log } = bench({});
  (peer.context as Record<string, unknown>)["socket"] = () => {};
  peer.tell();
  peer.tell();
  assertEquals(heard().map(({ kind }) => kind), [UP.FAIL]);
  assertEquals(log.filter((line) => line.startsWith("context of p-1: TypeError")).length, 1);
});

Deno.test("HostedPeer says what is settled once for each batch, empty messages too", () => {
  const { peer, heard, log } = bench();
  peer.line.message(0, new Uint8Array(10), 0, 10);
  peer.line.message(0, new Uint8Array(10), 5, 5);
  assertEquals([heard(), log], [[], ["touch"]]);
  peer.tell();
  peer.tell();
  assertEquals(heard().map((one) => [one.kind, one.id, numberOf(one)]), [
    [UP.SETTLED, NUMBER, 10 + 2 * MESSAGE_OVERHEAD_BYTES],
  ]);
});

Deno.test("HostedPeer that is closed says what is settled before it says that it is through", () => {
  const { peer, heard, log } = bench();
  peer.line.message(0, new Uint8Array(10), 0, 10);
  peer.line.close(77, { code: 1000, reason: "", wasClean: true });
  assertEquals(heard().map(({ kind, id }) => [kind, id]), [[UP.SETTLED, NUMBER], [UP.ANSWER, 77]]);
  assertEquals(log.at(-1), "forget");
});

Deno.test("HostedPeer sends lone surrogates as a text that is UTF-8", () => {
  const { peer, heard } = bench();
  peer.send("a\ud800");
  assertEquals(heard().map(textOf), ["a\ufffd"]);
  assertInstanceOf(peer.topics.names, Set);
});
