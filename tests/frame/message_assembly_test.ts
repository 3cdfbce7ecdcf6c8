/** A message that is gathered from parts: what is held, where it lies, and who gets the buffers. @module */
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { FRESH_BUFFERS, HEADROOM_BYTES, MessageAssembly } from "../../lib/frame/message_assembly.ts";
import { CountingSource } from "./segment_source.ts";

const MIB = 1024 * 1024;

function open(): { source: CountingSource; message: MessageAssembly } {
  const source = new CountingSource();
  return { source, message: new MessageAssembly(source) };
}

/** Bytes that tell where they stand. */
function counted(from: number, to: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: to - from }, (_, at) => (from + at) * 31);
}

function payload(message: MessageAssembly): Uint8Array {
  return message.bytes.subarray(message.start, message.end);
}

Deno.test("MessageAssembly holds nothing before the first part", () => {
  const { source, message } = open();
  assertEquals([message.length, message.heldBytes, message.start, message.end], [0, 0, 0, 0]);
  assertEquals(message.take().length, 0);
  message.clear();
  assertEquals([source.taken, source.outstanding], [[], 0]);
});

Deno.test("MessageAssembly.append joins parts behind room for a header", () => {
  const { message } = open();
  message.append(counted(0, 700), 0, 700, 5000, false);
  message.append(counted(690, 3010), 10, 2310, 5000, false);
  message.append(counted(3000, 3001), 0, 1, 5000, true);
  assertEquals([message.length, message.start, message.end], [3001, HEADROOM_BYTES, HEADROOM_BYTES + 3001]);
  assertEquals(payload(message).toHex(), counted(0, 3001).toHex());
});

Deno.test("MessageAssembly gives each buffer it has outgrown back, and hands over the last", () => {
  const { source, message } = open();
  for (let at = 0; at < 300_000; at += 1000) message.append(counted(at, at + 1000), 0, 1000, MIB, false);
  assertEquals(source.outstanding, 1);
  const { bytes, start, end } = message;
  assertStrictEquals(message.take(), bytes);
  assertEquals(bytes.subarray(start, end).toHex(), counted(0, 300_000).toHex());
  assertEquals([message.length, message.heldBytes, source.outstanding], [0, 0, 1]);
  source.give(bytes);
});

Deno.test("MessageAssembly takes a buffer of its own for the next message", () => {
  const { message } = open();
  message.append(counted(0, 5), 0, 5, 5, true);
  const first = message.take();
  message.append(counted(5, 9), 0, 4, 4, true);
  assert(message.bytes !== first);
  assertEquals(first.subarray(HEADROOM_BYTES, HEADROOM_BYTES + 5).toHex(), counted(0, 5).toHex());
});

Deno.test("MessageAssembly never takes more than the message can become, and the room before it", () => {
  const message = new MessageAssembly(FRESH_BUFFERS);
  message.append(counted(0, 900), 0, 900, 1000, false);
  assertEquals(message.heldBytes, HEADROOM_BYTES + 1000);
  message.append(counted(900, 1000), 0, 100, 1000, true);
  assertEquals(message.heldBytes, HEADROOM_BYTES + 1000);
});

Deno.test("MessageAssembly holds at most four times what arrived, appended or lent", () => {
  for (const isLending of [false, true]) {
    const message = new MessageAssembly(FRESH_BUFFERS);
    message.append(counted(0, 1000), 0, 1000, 100 * MIB, true);
    for (let step = 1; message.length < 2_000_000; step++) {
      const count = step * 997 % 60_000 + 1;
      if (isLending) message.filled(Math.min(count, message.lend(512 * 1024, 100 * MIB).length));
      else message.append(new Uint8Array(count), 0, count, 100 * MIB, true);
      assertLessOrEqual(message.heldBytes, HEADROOM_BYTES + 4 * (message.length + 1024));
    }
  }
});

Deno.test("MessageAssembly.lend gives the place right behind what arrived, and no more than was asked for", () => {
  const { message } = open();
  message.append(counted(0, 20_000), 0, 20_000, 100_000, true);
  for (const most of [1, 17, 5000, 100_000]) {
    const at = message.length;
    const place = message.lend(Math.min(most, 100_000 - at), 100_000);
    assertStrictEquals(place.buffer, message.bytes.buffer);
    assertEquals(place.byteOffset, message.end);
    assertGreaterOrEqual(place.length, 1);
    assertLessOrEqual(place.length, most);
    const count = Math.ceil(place.length / 2);
    place.set(counted(at, at + count));
    message.filled(count);
    assertEquals(message.length, at + count);
  }
  assertEquals(payload(message).toHex(), counted(0, message.length).toHex());
});

Deno.test("MessageAssembly.lend copies only when the buffer is full", () => {
  const { source, message } = open();
  message.append(counted(0, 65_536), 0, 65_536, MIB, true);
  while (message.length < MIB) {
    const place = message.lend(MIB - message.length, MIB);
    place.set(counted(message.length, message.length + place.length));
    message.filled(place.length);
  }
  assertLessOrEqual(source.taken.length, 3);
  assertEquals(source.outstanding, 1);
  assertEquals(payload(message).toHex(), counted(0, MIB).toHex());
});

Deno.test("MessageAssembly.clear gives the buffer back; one that a read may still write into when that has ended", () => {
  const { source, message } = open();
  message.append(counted(0, 100), 0, 100, 1000, true);
  message.clear();
  message.clear();
  assertEquals([source.outstanding, message.heldBytes], [0, 0]);
  message.append(counted(0, 100), 0, 100, 1000, true);
  message.lend(900, 1000);
  message.clear();
  assertEquals([source.outstanding, message.length], [1, 0]);
  message.filled(0);
  message.clear();
  assertEquals([source.outstanding, message.heldBytes], [0, 0]);
});

Deno.test("MessageAssembly.clear gives the buffer back after a read into it has ended", () => {
  const { source, message } = open();
  message.append(counted(0, 100), 0, 100, 1000, true);
  message.lend(900, 1000);
  message.filled(10);
  message.clear();
  assertEquals(source.outstanding, 0);
});
