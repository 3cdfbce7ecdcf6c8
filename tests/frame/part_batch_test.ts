/** Parts of a chunk that are sent on, copied into frames together. @module */
import { assertEquals, assertFalse } from "@std/assert";
import { sharedArena, TABLE_LIMIT } from "../../lib/frame/arena.ts";
import { encodeFrame } from "../../lib/frame/header.ts";
import { PartBatch } from "../../lib/frame/part_batch.ts";
import { concat } from "./recorder.ts";

const ARENA = sharedArena()!;
const LENGTHS = [0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 125, 126, 127, 300, 65_535];

/** A chunk in the arena in which no byte is like its neighbours. */
function chunkOf(byteLength: number): Uint8Array<ArrayBuffer> {
  const bytes = ARENA.take(byteLength)!;
  for (let at = 0; at < byteLength; at++) bytes[at] = (at * 7) ^ (at >> 8);
  return bytes;
}

Deno.test("PartBatch writes the frames of all its parts, in the arena and elsewhere", () => {
  const chunk = chunkOf(70_000);
  const there = ARENA.take(200_000)!;
  const batch = new PartBatch();
  const output = {};
  assertEquals(batch.open(output, chunk), true);
  let expected = 0;
  for (const [at, length] of LENGTHS.entries()) expected += batch.add(1 + at % 2, 3 * at, 3 * at + length);
  assertEquals([batch.byteLength, batch.isFor(output), batch.isFull], [expected, true, true]);
  const count = batch.take();
  assertEquals([count, batch.byteLength, batch.isFor(output)], [LENGTHS.length, 0, false]);
  const frames = concat(
    ...LENGTHS.map((length, at) => encodeFrame({ opcode: 1 + at % 2, payload: chunk.slice(3 * at, 3 * at + length) })),
  );
  batch.write(count, there, there.byteOffset, 5);
  assertEquals(there.subarray(5, 5 + expected).toHex(), frames.toHex());
  const elsewhere = new Uint8Array(expected + 5);
  batch.write(count, elsewhere, -1, 5);
  assertEquals(elsewhere.subarray(5).toHex(), frames.toHex());
  batch.close();
  ARENA.give(there);
  ARENA.give(chunk);
});

Deno.test("PartBatch takes parts of one chunk for one output, up to 65 535 bytes each", () => {
  const [chunk, other] = [chunkOf(100), chunkOf(100)];
  const batch = new PartBatch();
  const [output, another] = [{}, {}];
  assertFalse(batch.open(output, new Uint8Array(8)), "outside the arena");
  assertFalse(batch.takes(output, chunk, 1), "before it is open");
  assertEquals([batch.open(output, chunk), batch.open(another, other)], [true, false]);
  assertEquals([batch.takes(output, chunk, 65_535), batch.takes(output, chunk, 65_536)], [true, false]);
  assertEquals([batch.takes(another, chunk, 1), batch.takes(output, other, 1)], [false, false]);
  batch.add(2, 0, 4);
  assertEquals([batch.isFor(output), batch.isFor(another)], [true, false]);
  batch.close();
  assertEquals([batch.isFor(output), batch.takes(output, chunk, 1), batch.open(another, other)], [false, false, true]);
  batch.close();
  for (const bytes of [chunk, other]) ARENA.give(bytes);
});

Deno.test("PartBatch is full at the end of its table, and with 16 KiB", () => {
  const chunk = chunkOf(20_000);
  const batch = new PartBatch();
  batch.open({}, chunk);
  for (let count = 1; count < TABLE_LIMIT; count++) batch.add(2, 0, 1);
  assertFalse(batch.isFull);
  batch.add(2, 0, 1);
  assertEquals([batch.isFull, batch.take()], [true, TABLE_LIMIT]);
  batch.add(2, 0, 16 * 1024 - 5);
  assertFalse(batch.isFull);
  batch.add(2, 0, 1);
  assertEquals(batch.isFull, true);
  batch.close();
  ARENA.give(chunk);
});
