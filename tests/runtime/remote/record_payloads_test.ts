import { assertEquals, assertThrows } from "@std/assert";
import { numberOf, publicationOf, replyOf, textOf } from "../../../lib/runtime/remote/record_payloads.ts";
import { ACK_FLAG, TEXT_FLAG, WireError } from "../../../lib/runtime/remote/wire.ts";

/** From the middle of a buffer, so that nobody reads beyond it. */
function within<T>(
  payload: readonly number[],
  read: (bytes: Uint8Array<ArrayBuffer>, start: number, end: number) => T,
): T {
  const bytes = new Uint8Array(8 + payload.length + 8).fill(0xee);
  bytes.set(payload, 8);
  return read(bytes, 8, 8 + payload.length);
}

Deno.test("textOf reads UTF-8, a byte order mark included, and nothing else", () => {
  assertEquals(within([0xc3, 0xa4], textOf), "ä");
  assertEquals(within([0xef, 0xbb, 0xbf, 0x61], textOf), "\ufeffa");
  assertEquals(within([], textOf), "");
  for (const payload of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) assertThrows(() => within(payload, textOf), WireError);
});

Deno.test("numberOf reads four bytes, and neither more nor fewer", () => {
  assertEquals(within([1, 2, 0, 0xff], numberOf), 0xff000201);
  for (const payload of [[], [1, 2, 3], [1, 2, 3, 4, 5]]) assertThrows(() => within(payload, numberOf), WireError);
});

Deno.test("publicationOf reads a call, a topic and what is published, which is its own then", () => {
  const read = (flags: number) => (bytes: Uint8Array<ArrayBuffer>, start: number, end: number) =>
    publicationOf(flags, bytes, start, end);
  const call = [7, 0, 0, 1];
  const number = 0x01000007;
  assertEquals(within([...call, 1, 0, 0x61, 0x62], read(TEXT_FLAG)), { call: number, topic: "a", payload: "b" });
  const bytes = Uint8Array.of(0xff);
  assertEquals(within([...call, 1, 0, 0x61, 0xff], read(0)), { call: number, topic: "a", payload: bytes });
  assertEquals(within([...call, 0, 0], read(0)), { call: number, topic: "", payload: new Uint8Array(0) });
  for (const payload of [[], [1], [2, 0, 0x61], [1, 0, 0xff], [0xff, 0xff, 0x61]]) {
    assertThrows(() => within([...call, ...payload], read(0)), WireError);
  }
  assertThrows(() => within(call.slice(1), read(0)), WireError);
});

Deno.test("replyOf reads the number of a request and the answer, or that there is none", () => {
  const read = (flags: number) => (bytes: Uint8Array<ArrayBuffer>, start: number, end: number) =>
    replyOf(flags, bytes, start, end);
  const request = 0x01000007;
  assertEquals(within([7, 0, 0, 1, 0x61], read(TEXT_FLAG)), { request, data: "a" });
  assertEquals(within([7, 0, 0, 1, 0xff], read(0)), { request, data: Uint8Array.of(0xff) });
  assertEquals(within([7, 0, 0, 1], read(ACK_FLAG)), { request, data: undefined });
  assertThrows(() => within([7, 0, 0, 1, 0xff], read(TEXT_FLAG)), WireError, "not UTF-8");
  assertThrows(() => within([7, 0, 0, 1, 0x61], read(ACK_FLAG)), WireError, "an acknowledgement that says something");
  assertThrows(() => within([7, 0, 0], read(0)), WireError, "a reply to nothing");
});
