import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RecordReader, walkRecords } from "../../../lib/runtime/remote/record_reader.ts";
import { HEADER_BYTES, MAX_RECORD_BYTES, WireError } from "../../../lib/runtime/remote/wire.ts";
import { anyRecord, packed, recordsInto, recordsOf, type SeenRecord } from "./support/records.ts";

const KIB = 1024;

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

/** A stream in parts, cut at these shares of its length. */
function partsOf(stream: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const at = shares.map((share) => Math.round(share * stream.length)).sort((one, other) => one - other);
  return [0, ...at].map((start, index) => stream.subarray(start, at[index] ?? stream.length));
}

/** The header of a record whose payload never comes. */
function promise(length: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(1, 0, length).buffer);
}

function collecting(maxBytes = MAX_RECORD_BYTES): { readonly reader: RecordReader; readonly seen: SeenRecord[] } {
  const seen: SeenRecord[] = [];
  return { reader: new RecordReader(maxBytes, recordsInto(seen)), seen };
}

Deno.test("RecordReader: any records come back the same, however their bytes are cut", () => {
  fc.assert(fc.property(fc.array(anyRecord, { maxLength: 30 }), cuts, (records, shares) => {
    const { reader, seen } = collecting();
    for (const part of partsOf(packed(records), shares)) reader.push(part);
    assertEquals(seen, records);
  }));
});

Deno.test("RecordReader: records of many lengths around its buffer's come back the same from its own room", () => {
  const lengths = fc.array(fc.oneof(fc.nat(100), fc.integer({ min: 60_000, max: 140_000 })), { maxLength: 6 });
  fc.assert(
    fc.property(lengths, cuts, fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), (all, shares, retains) => {
      const seen: Array<readonly [length: number, first: number | undefined, last: number | undefined]> = [];
      let turn = 0;
      const reader = new RecordReader(MAX_RECORD_BYTES, (_kind, _flags, id, bytes, start, end) => {
        assertEquals(seen.length, id);
        seen.push([end - start, bytes.subarray(start, end)[0], bytes.subarray(start, end).at(-1)]);
        if (retains[turn++ % retains.length]) reader.retain();
      });
      const records = all.map((length, id) => ({
        ...{ kind: 1, flags: 0, id },
        payload: Array.from({ length }, (_, at) => (at * 7 + id) & 0xff),
      }));
      for (let rest of partsOf(packed(records), shares)) {
        while (rest.length > 0) {
          const { room } = reader;
          assert(room.length > 0);
          const part = rest.subarray(0, room.length);
          room.set(part);
          reader.filled(part.length);
          rest = rest.subarray(part.length);
        }
      }
      assertEquals(seen, records.map(({ payload }) => [payload.length, payload[0], payload.at(-1)] as const));
    }),
    { numRuns: 30 },
  );
});

Deno.test("walkRecords says where the first record begins that is not whole", () => {
  const batch = packed([
    { kind: 1, flags: 0, id: 0, payload: [1, 2, 3] },
    { kind: 2, flags: 0, id: 0, payload: [4, 5, 6, 7, 8] },
  ]);
  const first = HEADER_BYTES + 4;
  const walked = Array.from(batch, (_, end) => walkRecords(batch, end, 100, () => {}));
  assertEquals(walked, Array.from(batch, (_, end) => end < first ? 0 : first));
  assertEquals(walkRecords(batch, batch.length, 100, () => {}), batch.length);
});

Deno.test("a payload of the longest length is taken, and one more byte is a WireError", () => {
  const longest = packed([{ kind: 1, flags: 0, id: 0, payload: [1, 2, 3, 4, 5] }]);
  const { reader, seen } = collecting(5);
  reader.push(longest);
  assertEquals(seen.length, 1);
  assertThrows(() => collecting(4).reader.push(longest), WireError, "a record of 5 bytes, where at most 4 are allowed");
  for (const length of [MAX_RECORD_BYTES + 1, 0xffffffff]) {
    assertThrows(() => collecting().reader.push(promise(length)), WireError, `a record of ${length} bytes`);
  }
});

Deno.test("what comes before a record that is too long is taken", () => {
  const { reader, seen } = collecting(10);
  const good = packed([{ kind: 1, flags: 0, id: 0, payload: [1] }]);
  assertThrows(() => reader.push(Uint8Array.from([...good, ...promise(11)])), WireError);
  assertEquals(seen.length, 1);
});

Deno.test("RecordReader allocates nothing that is only promised: its buffer at most doubles as it fills", () => {
  const { reader } = collecting();
  const first = reader.room.buffer.byteLength;
  reader.push(promise(MAX_RECORD_BYTES));
  assertEquals(reader.room.buffer.byteLength, first);
  const part = new Uint8Array(10 * KIB);
  for (let given = HEADER_BYTES; given < 1024 * KIB; given += part.length) {
    const size = reader.room.buffer.byteLength;
    assert(size <= Math.max(first, 2 * given), `${size} bytes for ${given}`);
    reader.push(part);
  }
});

Deno.test("RecordReader gives its large buffer up when what made it grow is through", () => {
  const { reader, seen } = collecting();
  const first = reader.room.buffer.byteLength;
  reader.push(packed([{ kind: 1, flags: 0, id: 0, payload: new Array(10 * first).fill(7) }]));
  assertEquals(seen.length, 1);
  assertEquals(reader.room.buffer.byteLength, first);
});

Deno.test("retain: what was taken stays as it is, whatever comes then; without it the buffer is used again", () => {
  const taken: Uint8Array[] = [];
  const reader = new RecordReader(1000, (kind, _flags, _id, bytes, start, end) => {
    taken.push(bytes.subarray(start, end));
    if (kind === 1) reader.retain();
  });
  const record = (kind: number, byte: number) => packed([{ kind, flags: 0, id: 0, payload: [byte, byte, byte] }]);
  const { buffer } = reader.room;
  reader.push(record(1, 0x11));
  assert(reader.room.buffer !== buffer);
  const next = reader.room.buffer;
  reader.push(record(2, 0x22));
  assert(reader.room.buffer === next);
  reader.push(record(2, 0x33));
  assertEquals(taken.map((bytes) => [...bytes]), [[0x11, 0x11, 0x11], [0x33, 0x33, 0x33], [0x33, 0x33, 0x33]]);
});

Deno.test("retain keeps the beginning of a record that is not whole yet", () => {
  const seen: SeenRecord[] = [];
  const take = recordsInto(seen);
  const reader = new RecordReader(1000, (...record) => {
    take(...record);
    reader.retain();
  });
  const records = [1, 2, 3].map((kind) => ({ kind, flags: 0, id: kind, payload: [kind, kind, kind, kind, kind] }));
  const stream = packed(records);
  reader.push(stream.subarray(0, 30));
  reader.push(stream.subarray(30));
  assertEquals(seen, records);
});

Deno.test("walkRecords takes a batch that lies within a larger buffer", () => {
  const batch = packed([{ kind: 9, flags: 1, id: 5, payload: [1] }]);
  const around = new Uint8Array(8 + batch.length + 8);
  around.set(batch, 8);
  assertEquals(recordsOf(around.subarray(8, 8 + batch.length)), recordsOf(batch));
});
