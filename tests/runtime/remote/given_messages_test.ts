import { assertEquals, assertThrows } from "@std/assert";
import { FORM } from "../../../lib/frame/mod.ts";
import { GivenMessages } from "../../../lib/runtime/remote/given_messages.ts";
import { MESSAGE_OVERHEAD_BYTES, WireError } from "../../../lib/runtime/remote/wire.ts";

const CREDIT_BYTES = 64 * 1024;

/** A request as it is given: in the middle of a chunk. */
function giveRequest(given: GivenMessages, number: number, byteLength = 3): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 + 4 + byteLength + 2);
  new DataView(bytes.buffer).setUint32(2, number, true);
  given.give(FORM.REQUEST, bytes, 2, bytes.length - 2);
  return bytes.slice(2, -2);
}

Deno.test("GivenMessages counts what was given and not handled, empty messages too", () => {
  const given = new GivenMessages();
  assertEquals(given.give(0, new Uint8Array(10), 2, 8), 6 + MESSAGE_OVERHEAD_BYTES);
  given.give(0, new Uint8Array(10), 5, 5);
  assertEquals(given.unsettledBytes, 6 + 2 * MESSAGE_OVERHEAD_BYTES);
  assertEquals(given.settle(MESSAGE_OVERHEAD_BYTES), MESSAGE_OVERHEAD_BYTES);
  assertEquals(given.settle(10_000), 6 + MESSAGE_OVERHEAD_BYTES);
  assertEquals(given.unsettledBytes, 0);
});

Deno.test("GivenMessages is used up at 64 KiB, and has room again at half of that", () => {
  const given = new GivenMessages();
  const bytes = new Uint8Array(CREDIT_BYTES);
  given.give(0, bytes, 0, CREDIT_BYTES - MESSAGE_OVERHEAD_BYTES - 1);
  assertEquals([given.isUsedUp, given.hasRoom], [false, false]);
  given.give(0, bytes, 0, 1);
  assertEquals(given.isUsedUp, true);
  given.settle(CREDIT_BYTES / 2 + MESSAGE_OVERHEAD_BYTES - 1);
  assertEquals(given.hasRoom, false);
  given.settle(1);
  assertEquals(given.hasRoom, true);
});

Deno.test("GivenMessages: a request is answered once, and one that was never given not at all", () => {
  const given = new GivenMessages();
  assertThrows(() => given.answer(7), WireError, "waits for none");
  giveRequest(given, 0xfffffff0);
  given.answer(0xfffffff0);
  assertThrows(() => given.answer(0xfffffff0), WireError, "waits for none");
});

Deno.test("GivenMessages: what was not begun comes back in order, and is not to be answered there any more", () => {
  const given = new GivenMessages();
  given.give(FORM.TEXT, new Uint8Array(1), 0, 1);
  const request = giveRequest(given, 7);
  assertEquals(given.takeBack(FORM.TEXT, Uint8Array.of(1)), 1 + MESSAGE_OVERHEAD_BYTES);
  given.takeBack(FORM.REQUEST, request);
  assertThrows(() => given.answer(7), WireError);
  assertEquals(given.takeAll(), [{ form: FORM.TEXT, bytes: Uint8Array.of(1) }, { form: FORM.REQUEST, bytes: request }]);
  assertEquals([given.takeAll(), given.unsettledBytes], [[], 0]);
});

Deno.test("GivenMessages takes nothing back that was never given", () => {
  const given = new GivenMessages();
  const request = giveRequest(given, 7);
  assertThrows(() => given.takeBack(0, new Uint8Array(8)), WireError, "never given");
  assertThrows(() => given.takeBack(FORM.REQUEST, new Uint8Array(3)), WireError, "no number");
  assertThrows(() => given.takeBack(FORM.REQUEST, new Uint8Array(4)), WireError, "waits for none");
  given.takeBack(FORM.REQUEST, request);
  assertThrows(() => given.takeBack(FORM.REQUEST, request), WireError, "never given");
});

Deno.test("GivenMessages forgets what code was given that has ended, and keeps what came back before", () => {
  const given = new GivenMessages();
  const request = giveRequest(given, 7);
  giveRequest(given, 8);
  given.takeBack(FORM.REQUEST, request);
  assertEquals(given.forget(), 7 + MESSAGE_OVERHEAD_BYTES);
  assertThrows(() => given.answer(8), WireError);
  assertEquals([given.unsettledBytes, given.takeAll().length], [0, 1]);
});
