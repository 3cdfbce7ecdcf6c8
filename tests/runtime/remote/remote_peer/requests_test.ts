/** Requests of one connection whose code is elsewhere: each is answered once, by whoever handles it. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { FORM } from "../../../../lib/frame/mod.ts";
import { encodeValue } from "../../../../lib/runtime/remote/value.ts";
import { ACK_FLAG, DOWN, TEXT_FLAG, UP, WireError } from "../../../../lib/runtime/remote/wire.ts";
import { NUMBER, peerBench, utf8 } from "../support/peer_bench.ts";
import { turns, valueOf } from "../support/records.ts";
import { numberBytes } from "../support/scripted_code.ts";

/** A request as the gateway gives it. */
const request = (number: number, text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...numberBytes(number), ...utf8(text)]);

function bench(isJoined = true) {
  const all = peerBench({}, isJoined);
  all.heard();
  const ask = (number: number, text: string): void | Promise<void> => {
    const bytes = request(number, text);
    return all.peer.message(FORM.TEXT | FORM.REQUEST | FORM.BORROWED, bytes, 0, bytes.length);
  };
  return { ...all, ask };
}

Deno.test("RemotePeer gives a request with its number, and passes its answer on", () => {
  const { ask, heard, say, commands } = bench();
  void ask(7, "a");
  void ask(8, "b");
  void ask(9, "c");
  assertEquals(heard().map(({ kind, flags, id, payload }) => [kind, flags, id, payload])[0], [
    ...[DOWN.MESSAGE, FORM.TEXT | FORM.REQUEST, NUMBER],
    [7, 0, 0, 0, 0x61],
  ]);
  say(UP.REPLY, Uint8Array.from([...numberBytes(8), ...utf8("ä")]), TEXT_FLAG);
  say(UP.REPLY, Uint8Array.from([...numberBytes(7), 0xff]));
  say(UP.REPLY, numberBytes(9), ACK_FLAG);
  assertEquals(commands.calls, [["reply", 8, "ä"], ["reply", 7, [0xff]], ["reply", 9, undefined]]);
});

Deno.test("RemotePeer: code answers each request once, and none that it was not given", () => {
  const { ask, say, commands } = bench();
  void ask(7, "a");
  say(UP.REPLY, numberBytes(7), ACK_FLAG);
  assertThrows(() => say(UP.REPLY, numberBytes(7), ACK_FLAG), WireError, "a reply to a request that waits for none");
  assertThrows(() => say(UP.REPLY, numberBytes(8), ACK_FLAG), WireError);
  void ask(9, "b");
  assertThrows(() => say(UP.REPLY, Uint8Array.from([...numberBytes(9), 0xff]), TEXT_FLAG), WireError, "not UTF-8");
  assertEquals(commands.calls, [["reply", 7, undefined]]);
});

Deno.test("RemotePeer: a request that was not begun is given back whole, and its code answers it no more", async () => {
  const { ask, peer, link, heard, say, commands } = bench();
  const given: unknown[] = [];
  commands.giveBack = (messages) => void given.push(...messages);
  void ask(7, "a");
  heard();
  const halted = peer.halt();
  say(UP.GIVEN_BACK, request(7, "a"), FORM.TEXT | FORM.REQUEST);
  assertThrows(() => say(UP.REPLY, numberBytes(7), ACK_FLAG), WireError);
  link.calls.take((valueOf(heard()[0]!) as { readonly call: number }).call)!.answered(undefined);
  await halted;
  assertEquals(given, [{ form: FORM.TEXT | FORM.REQUEST, bytes: request(7, "a") }]);
});

Deno.test("RemotePeer: a request that comes while the code is away goes back whole, too", async () => {
  const { ask, peer, commands } = bench(false);
  const given: unknown[] = [];
  commands.giveBack = (messages) => void given.push(...messages);
  const pending = ask(7, "a");
  await peer.halt();
  await pending;
  assertEquals(given, [{ form: FORM.TEXT | FORM.REQUEST, bytes: request(7, "a") }]);
});

Deno.test("RemotePeer: new code cannot answer what the one before was given", () => {
  const { ask, peer, link, home, say, commands } = bench();
  home.fate = "wait";
  void ask(7, "a");
  peer.lost();
  peer.join(link);
  assertThrows(() => say(UP.REPLY, numberBytes(7), ACK_FLAG), WireError);
  assertEquals(commands.calls, []);
});

Deno.test("RemotePeer: what code asks that ends is dropped, and told where it is the connection that ends", async () => {
  const { peer, link, home, say, heard, commands } = bench();
  home.fate = "wait";
  const subscribed = Promise.withResolvers<{ readonly recovered: boolean }>();
  commands.topics.subscribe = () => subscribed.promise;
  const subscribe = (call: number): void => say(UP.SUBSCRIBE, encodeValue({ call, topic: "all" }));
  subscribe(1);
  peer.lost();
  peer.join(link);
  heard();
  subscribe(1);
  assertEquals(link.waiting, 1);
  peer.revoke(new DOMException("swapped", "AbortError"));
  const [, failure] = heard();
  assertEquals([failure!.kind, failure!.id, (valueOf(failure!) as Error).message], [
    ...[DOWN.FAILURE, 1, "the connection has ended"],
  ]);
  subscribed.resolve({ recovered: true });
  await turns();
  assertEquals([heard(), link.waiting], [[], 0]);
});
