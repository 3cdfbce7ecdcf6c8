/** One connection of remote code; what the whole runtime makes of it stands in `remote_runtime_test.ts`. @module */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FORM } from "../../../lib/frame/mod.ts";
import { encodeValue } from "../../../lib/runtime/remote/value.ts";
import { DOWN, MESSAGE_OVERHEAD_BYTES, SELF_FLAG, TEXT_FLAG, UP, WireError } from "../../../lib/runtime/remote/wire.ts";
import { FORGED } from "./support/forged_records.ts";
import { isSettled, NUMBER, peerBench, utf8 } from "./support/peer_bench.ts";
import { numberOf, textOf, turns, valueOf } from "./support/records.ts";
import { publication } from "./support/scripted_code.ts";

const CREDIT_BYTES = 64 * 1024;
const INFO = { code: 1000, reason: "", wasClean: true } as const;
Deno.test("RemotePeer has the code know of the connection first", () => {
  const setting = { id: "p-9", params: { room: "a" }, subprotocol: "chat", context: { name: "Ada" } };
  const { heard, commands } = peerBench(setting);
  const { method, url, headers, remoteAddress } = commands.request;
  const [attach, ...others] = heard();
  assertEquals([attach!.kind, attach!.id, others], [DOWN.ATTACH, NUMBER, []]);
  assertEquals(valueOf(attach!), {
    route: 3,
    peer: "p-9",
    request: { method, url, headers, remoteAddress },
    params: { room: "a" },
    subprotocol: "chat",
    transport: "websocket",
    bufferedAmount: 0,
    highWaterBytes: commands.highWaterBytes,
    context: { name: "Ada" },
    topics: [],
  });
});

Deno.test("RemotePeer: events become records, in their order, without what is the gateway's own affair", () => {
  const { peer, heard, send } = peerBench();
  heard();
  void peer.open();
  void send("ä", FORM.TEXT | FORM.BORROWED);
  void send("b", FORM.TEXT | FORM.ASCII);
  void send("c", FORM.COMPRESSED | FORM.BORROWED);
  peer.drain();
  peer.abort(new DOMException("gone", "AbortError"));
  peer.abandon();
  assertEquals(heard().map((record) => [record.kind, record.flags, record.id, textOf(record)]), [
    [DOWN.OPEN, 0, NUMBER, ""],
    [DOWN.MESSAGE, FORM.TEXT, NUMBER, "ä"],
    [DOWN.MESSAGE, FORM.TEXT | FORM.ASCII, NUMBER, "b"],
    [DOWN.MESSAGE, 0, NUMBER, "c"],
    [DOWN.DRAIN, 0, NUMBER, ""],
    [DOWN.ABORT, 0, NUMBER, "gone"],
    [DOWN.ABANDON, 0, NUMBER, ""],
  ]);
});

Deno.test("RemotePeer whose client is gone says so to code that gets to know it later", () => {
  const { peer, link, heard } = peerBench({}, false);
  peer.abort(new DOMException("gone", "AbortError"));
  peer.join(link);
  assertEquals(heard().map(({ kind }) => kind), [DOWN.ATTACH, DOWN.ABORT]);
});

Deno.test("RemotePeer: credit: a message is waited for beyond 64 KiB unsettled, until half of that is settled", async () => {
  const step = fc.record({ isMessage: fc.boolean(), bytes: fc.integer({ min: 0, max: 40_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { peer, link, settle } = peerBench();
      const buffer = new Uint8Array(40_000);
      let unsettled = 0;
      let waiting: Promise<void> | undefined;
      for (const { isMessage, bytes } of steps) {
        if (isMessage) {
          const pending = peer.message(0, buffer, 0, bytes);
          unsettled += bytes + MESSAGE_OVERHEAD_BYTES;
          assertEquals(pending !== undefined, unsettled >= CREDIT_BYTES);
          if (pending !== undefined) waiting = pending;
        } else {
          settle(bytes);
          unsettled = Math.max(0, unsettled - bytes);
        }
        assertEquals(link.unsettled, unsettled);
        if (waiting === undefined) continue;
        const isThrough = await isSettled(waiting);
        if (unsettled <= CREDIT_BYTES / 2) assert(isThrough, `waits at ${unsettled}`);
        if (isThrough) waiting = undefined;
      }
    }),
  );
});

Deno.test("RemotePeer: credit that was used up does not come back before half of it is settled", async () => {
  const { peer, settle } = peerBench();
  const pending = peer.message(0, new Uint8Array(CREDIT_BYTES), 0, CREDIT_BYTES);
  settle(CREDIT_BYTES / 2 + MESSAGE_OVERHEAD_BYTES - 1);
  assertEquals(await isSettled(pending), false);
  settle(1);
  assertEquals(await isSettled(pending), true);
});

Deno.test("RemotePeer walks a chunk's messages until its credit is used up, and stands on that message", () => {
  const { peer } = peerBench();
  const bytes = new Uint8Array(CREDIT_BYTES);
  let walked = 0;
  const walk = { bytes, form: 0, start: 0, end: 20_000, next: () => ++walked <= 10, stop() {}, count: 10, taken: 0 };
  assert(peer.messages(walk) instanceof Promise);
  assertEquals(walked, 4);
});

Deno.test("RemotePeer waits for a link that is full, whatever its own credit, until it is not", async () => {
  const { link, events, send, peer, settle } = peerBench();
  link.isFull = true;
  const pending = send("a");
  assertEquals(events, ["blocked"]);
  settle(1000);
  peer.unblock();
  assertEquals(await isSettled(pending), false);
  link.isFull = false;
  peer.unblock();
  assertEquals(await isSettled(pending), true);
});

Deno.test("RemotePeer: code that claims to have settled more than it was given gains nothing by it", async () => {
  const { peer, link, settle, send } = peerBench();
  void send("a");
  settle(0xffffffff);
  assertEquals(link.unsettled, 0);
  const pending = peer.message(0, new Uint8Array(CREDIT_BYTES), 0, CREDIT_BYTES);
  assertEquals(await isSettled(pending), false);
});

Deno.test("RemotePeer: records become commands, with bytes that are the command's own", async () => {
  const { say, commands } = peerBench();
  say(UP.SEND, utf8("ä"), TEXT_FLAG);
  say(UP.SEND, Uint8Array.of(0xff), 0);
  say(UP.PING, Uint8Array.of(1));
  say(UP.SUBSCRIBE, encodeValue({ call: 1, topic: "all" }));
  say(UP.PUBLISH, publication("all", "text"), TEXT_FLAG | SELF_FLAG);
  say(UP.PUBLISH, publication("all", Uint8Array.of(0xff, 0)));
  say(UP.UNSUBSCRIBE, utf8("all"));
  say(UP.CONTEXT, encodeValue({ at: new Date(5) }));
  say(UP.CLOSE, Uint8Array.from([4000 & 0xff, 4000 >> 8, ...utf8("bye ä")]));
  say(UP.TERMINATE);
  say(UP.FAIL);
  await turns();
  assertEquals(commands.calls, [
    ["send", "ä"],
    ["send", [0xff]],
    ["ping", [1]],
    ["subscribe", "all"],
    ["publish", "all", "text", true],
    ["publish", "all", [0xff, 0], false],
    ["unsubscribe", "all"],
    ["close", 4000, "bye ä"],
    ["terminate"],
    ["fail"],
  ]);
  assertEquals(commands.context, { at: new Date(5) });
});

Deno.test("RemotePeer: bytes that a command holds on to stay as they are", () => {
  const { say, commands } = peerBench();
  const kept: unknown[] = [];
  commands.ping = (payload) => void kept.push(payload);
  commands.topics.publish = (_, payload) => void kept.push(payload);
  say(UP.PING, Uint8Array.of(1));
  say(UP.PUBLISH, publication("all", Uint8Array.of(2)));
  assertEquals(kept, [Uint8Array.of(1), Uint8Array.of(2)]);
});

for (const [what, kind, payload, flags] of FORGED) {
  Deno.test(`RemotePeer: ${what} is a WireError, and no command`, () => {
    const { say, commands } = peerBench();
    assertThrows(() => say(kind, payload, flags), WireError);
    assertEquals([commands.calls, commands.context], [[], undefined]);
  });
}

Deno.test("RemotePeer: any record is a command or a WireError", () => {
  const kinds = fc.oneof(fc.constantFrom(...Object.values(UP)), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(kinds, fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 200 }), (kind, flags, payload) => {
      const { say } = peerBench();
      try {
        say(kind, payload, flags);
      } catch (error) {
        assert(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("RemotePeer takes what is just allowed: 123 bytes of reason, 125 of ping", () => {
  const { say, commands } = peerBench();
  say(UP.PING, new Uint8Array(125));
  say(UP.CLOSE, Uint8Array.from([4000 & 0xff, 4000 >> 8, ...new Array(123).fill(0x61)]));
  assertEquals(commands.calls.map(([name]) => name), ["ping", "close"]);
});

Deno.test("RemotePeer: what the code has not begun is given back when it has halted, in order", async () => {
  const { peer, link, heard, say, send, commands } = peerBench();
  for (const text of ["a", "b", "c"]) void send(text);
  heard();
  const halted = peer.halt();
  const [halt] = heard();
  assertEquals(halt!.kind, DOWN.HALT);
  say(UP.GIVEN_BACK, utf8("b"), FORM.TEXT);
  say(UP.GIVEN_BACK, utf8("c"), FORM.TEXT | FORM.BORROWED);
  say(UP.DRAIN_GIVEN_BACK);
  assertEquals([commands.calls, link.unsettled], [[], 1 + MESSAGE_OVERHEAD_BYTES]);
  link.calls.take((valueOf(halt!) as { readonly call: number }).call)!.answered(undefined);
  await halted;
  assertEquals(commands.calls, [["giveBack", ["b", "c"], true]]);
});

Deno.test("RemotePeer gives nothing back where there is nothing, and what it has where the code ends meanwhile", async () => {
  const { peer, link, heard, say, send, commands } = peerBench();
  void send("a");
  heard();
  const first = peer.halt();
  link.calls.take((valueOf(heard()[0]!) as { readonly call: number }).call)!.answered(undefined);
  await first;
  assertEquals(commands.calls, []);
  const second = peer.halt();
  say(UP.GIVEN_BACK, utf8("a"), FORM.TEXT);
  peer.lost();
  link.calls.failAll(new Error("gone"));
  await second;
  assertEquals(commands.calls, [["giveBack", ["a"], false]]);
});

Deno.test("RemotePeer: each message is given back once", async () => {
  const { say, send } = peerBench();
  void send("a");
  say(UP.GIVEN_BACK, utf8("a"));
  await turns();
  assertThrows(() => say(UP.GIVEN_BACK, utf8("a")), WireError, "never given");
});

Deno.test("RemotePeer whose code ends fails, unless new code is to come, a hand-over is under way, or it has ended", async () => {
  const { peer, commands } = peerBench();
  peer.lost();
  assertEquals(commands.calls, [["fail"]]);

  const waiting = peerBench();
  waiting.home.fate = "wait";
  waiting.peer.lost();
  assertEquals(waiting.commands.calls, []);

  const moving = peerBench();
  const suspended = moving.peer.suspend();
  moving.peer.lost();
  moving.link.calls.failAll(new Error("gone"));
  assertEquals([await suspended, moving.commands.calls], [undefined, []]);

  const closing = peerBench();
  const closed = closing.peer.close(INFO);
  closing.peer.lost();
  closing.link.calls.failAll(new Error("gone"));
  await closed;
  assertEquals(closing.commands.calls, []);
});

Deno.test("RemotePeer whose code ends lets the read loop go on", async () => {
  const { peer, home } = peerBench();
  home.fate = "wait";
  const pending = peer.message(0, new Uint8Array(CREDIT_BYTES), 0, CREDIT_BYTES);
  peer.lost();
  assert(await isSettled(pending));
});

Deno.test("RemotePeer.suspend gives what the code said, and fails as it failed", async () => {
  const { peer, link, heard } = peerBench();
  heard();
  for (const [answer, isFailure] of [[{ count: 5 }, false], [new Error("not now"), true]] as const) {
    const suspended = peer.suspend() as Promise<unknown>;
    const [record] = heard();
    assertEquals(record!.kind, DOWN.SUSPEND);
    const waiting = link.calls.take((valueOf(record!) as { readonly call: number }).call)!;
    if (isFailure) {
      waiting.failed(answer);
      await assertRejects(() => suspended, Error, "not now");
    } else {
      waiting.answered(answer);
      assertStrictEquals(await suspended, answer);
    }
  }
});

Deno.test("RemotePeer.resume takes a state along, or none; without code it fails", async () => {
  const { peer, link, heard } = peerBench();
  heard();
  void peer.resume({ count: 5 }, "swap");
  void peer.resume(undefined, "crash");
  const values = heard().map(valueOf) as Array<Record<string, unknown>>;
  assertEquals(values.map(({ call: _, ...rest }) => rest), [{ state: { count: 5 }, reason: "swap" }, {
    reason: "crash",
  }]);
  for (const { call } of values) link.calls.take(call as number)!.answered(undefined);
  peer.lost();
  await assertRejects(() => peer.resume(undefined, "crash"), Error, "has ended before it could take the peer over");
  assertEquals(peer.suspend(), undefined);
});

Deno.test("RemotePeer opens when its code is back, and not where it does not come back", async () => {
  const { peer, link, heard, back } = peerBench({}, false);
  const opened = peer.open();
  assertEquals(await isSettled(opened), false);
  peer.join(link);
  back();
  await opened;
  assertEquals(heard().map(({ kind }) => kind), [DOWN.ATTACH, DOWN.OPEN]);

  const gone = peerBench({}, false);
  const never = gone.peer.open();
  gone.back();
  await never;
  assertEquals(gone.heard(), []);
});

Deno.test("RemotePeer: a message that comes while the code is away waits for it, and is given to it once", async () => {
  const { peer, link, heard, send, back } = peerBench({}, false);
  const pending = send("a");
  assertEquals(await isSettled(pending), false);
  peer.join(link);
  back();
  await pending;
  assertEquals(heard().slice(1).map(textOf), ["a"]);
});

Deno.test("RemotePeer: a message that waits for its code goes back, once, when other code takes the peer over", async () => {
  const { peer, link, commands, send, heard } = peerBench({}, false);
  const pending = send("a");
  const halted = peer.halt();
  peer.join(link);
  await halted;
  assertEquals(commands.calls, [["giveBack", ["a"], false]]);
  assert(await isSettled(pending));
  assertEquals(heard().map(({ kind }) => kind), [DOWN.ATTACH]);
});

Deno.test("RemotePeer says what is buffered after each quarter of its high water that was sent", () => {
  const { say, heard, commands } = peerBench();
  commands.highWaterBytes = 400;
  heard();
  say(UP.SEND, new Uint8Array(99));
  assertEquals(heard(), []);
  commands.bufferedAmount = 77;
  say(UP.SEND, new Uint8Array(1));
  assertEquals(heard().map((record) => [record.kind, numberOf(record)]), [[DOWN.BUFFERED, 77]]);
  say(UP.SEND, new Uint8Array(99));
  assertEquals(heard(), []);
});

Deno.test("RemotePeer: drain that is owed comes at once where nothing is buffered any more", () => {
  const { say, heard, commands } = peerBench();
  heard();
  commands.bufferedAmount = commands.highWaterBytes + 1;
  say(UP.WANT_DRAIN);
  assertEquals(heard(), []);
  commands.bufferedAmount = commands.highWaterBytes;
  say(UP.WANT_DRAIN);
  assertEquals(heard().map(({ kind, flags }) => [kind, flags]), [[DOWN.DRAIN, 1]]);
});

Deno.test("RemotePeer answers a call of drained when the gateway has drained", async () => {
  const { say, heard, commands } = peerBench();
  heard();
  const drained = Promise.withResolvers<void>();
  commands.drained = () => drained.promise;
  say(UP.WANT_DRAINED, Uint8Array.of(9, 0, 0, 0));
  await turns();
  assertEquals(heard(), []);
  drained.resolve();
  await turns();
  assertEquals(heard().map(({ kind, id }) => [kind, id]), [[DOWN.ANSWER, 9]]);
});

Deno.test("RemotePeer leaves when close is answered, or its code is gone, or at once when it is revoked", async () => {
  const closing = peerBench();
  closing.heard();
  const closed = closing.peer.close(INFO);
  const { call, info } = valueOf(closing.heard()[0]!) as { readonly call: number; readonly info: unknown };
  assertEquals([info, await isSettled(closed), closing.events], [INFO, false, []]);
  closing.link.calls.take(call)!.answered(undefined);
  await closed;
  assertEquals(closing.events, ["left the link as 7", "left the runtime"]);

  const revoked = peerBench();
  void revoked.send("stuck");
  revoked.heard();
  revoked.peer.revoke(new DOMException("swapped", "AbortError"));
  assertEquals(revoked.heard().map((record) => [record.kind, textOf(record)]), [[DOWN.REVOKE, "swapped"]]);
  assertEquals([revoked.events, revoked.link.unsettled], [["left the link as 7", "left the runtime"], 0]);

  const away = peerBench({}, false);
  await away.peer.close(INFO);
  assertEquals(away.events, ["left the runtime"]);
});
