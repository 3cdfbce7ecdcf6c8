/** A connection as remote code has it; its handlers stand in `host_test.ts`. @module */
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { PeerEvents, RouteRuntime } from "../../../lib/route/table.ts";
import { MAX_CONTEXT_BYTES } from "../../../lib/runtime/context_check.ts";
import { Calls } from "../../../lib/runtime/remote/calls.ts";
import { HostedPeer, putPublication } from "../../../lib/runtime/remote/hosted_peer.ts";
import { Outbox } from "../../../lib/runtime/remote/outbox.ts";
import { publicationOf } from "../../../lib/runtime/remote/record_payloads.ts";
import { MESSAGE_OVERHEAD_BYTES, SELF_FLAG, TEXT_FLAG, UP } from "../../../lib/runtime/remote/wire.ts";
import { isSettled } from "./support/peer_bench.ts";
import { numberOf, recordsOf, type SeenRecord, textOf, valueOf } from "./support/records.ts";
import { publication } from "./support/scripted_code.ts";

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
  assertEquals([peer.id, peer.params, peer.subprotocol, peer.transport, [...peer.topics], peer.context], [
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
  peer.subscribe("news");
  peer.unsubscribe("news");
  peer.publish("all", "ä", true);
  peer.publish("all", Uint8Array.of(9), false);
  peer.close(4000, "ä");
  peer.terminate();
  peer.fail();
  assertEquals(heard().map(({ kind, flags, payload }) => [kind, flags, payload]), [
    [UP.SEND, TEXT_FLAG, [0xc3, 0xa4]],
    [UP.SEND, 0, [1, 2]],
    [UP.SEND, TEXT_FLAG, [0xc3, 0xa4]],
    [UP.SEND, 0, [0xc3]],
    [UP.PING, 0, [3]],
    [UP.SUBSCRIBE, 0, [...new TextEncoder().encode("news")]],
    [UP.UNSUBSCRIBE, 0, [...new TextEncoder().encode("news")]],
    [UP.PUBLISH, TEXT_FLAG | SELF_FLAG, [...publication("all", "ä")]],
    [UP.PUBLISH, 0, [...publication("all", Uint8Array.of(9))]],
    [UP.CLOSE, 0, [4000 & 0xff, 4000 >> 8, 0xc3, 0xa4]],
    [UP.TERMINATE, 0, []],
    [UP.FAIL, 0, []],
  ]);
});

Deno.test("HostedPeer: what is published comes out of its record as it was put in", () => {
  const topic = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
  const payload = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array());
  fc.assert(fc.property(topic, payload, fc.boolean(), (topic, payload, self) => {
    const said: SeenRecord[] = [];
    const outbox = new Outbox((batch) => void said.push(...recordsOf(batch)));
    putPublication(outbox, UP.PUBLISH_ALL, 3, topic, payload, self);
    outbox.flush();
    const [{ kind, id, flags, payload: bytes }] = said as [SeenRecord];
    assertEquals([kind, id, (flags & SELF_FLAG) !== 0], [UP.PUBLISH_ALL, 3, self]);
    assertEquals(publicationOf(flags, Uint8Array.from(bytes), 0, bytes.length), { topic, payload });
  }));
});

Deno.test("HostedPeer: a topic that is none is the code's own fault, and nothing is said", () => {
  const { peer, heard } = bench();
  assertThrows(() => peer.subscribe(""), TypeError);
  assertThrows(() => peer.publish("", "x", false), TypeError);
  assertEquals(heard(), []);
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
    assertEquals([peer.send("late"), peer.topics.size, await isSettled(peer.drained())], [false, 0, true]);
    peer.subscribe("all");
    assertEquals([peer.topics.size, heard().some(({ kind }) => kind === UP.SUBSCRIBE)], [0, false]);
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
  assertInstanceOf(peer.topics, Set);
});
