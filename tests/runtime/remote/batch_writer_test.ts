/** Records in, batches out; what comes back of them stands in `record_reader_test.ts`. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BatchWriter } from "../../../lib/runtime/remote/batch_writer.ts";
import { HEADER_BYTES } from "../../../lib/runtime/remote/wire.ts";
import { anyRecord, numberOf, recordsOf, textOf, valueOf } from "./support/records.ts";

Deno.test("BatchWriter packs any records, of any parts of buffers, in their order", () => {
  fc.assert(fc.property(fc.array(fc.tuple(anyRecord, fc.nat(9), fc.nat(9))), (records) => {
    const writer = new BatchWriter();
    for (const [{ kind, flags, id, payload }, before, behind] of records) {
      const bytes = new Uint8Array(before + payload.length + behind).fill(0xee);
      bytes.set(payload, before);
      writer.put(kind, flags, id, bytes, before, before + payload.length);
    }
    assertEquals(recordsOf(writer.take()), records.map(([record]) => record));
  }));
});

Deno.test("BatchWriter packs any text as UTF-8, with what stands before it, among other records", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.uint8Array(), fc.string({ unit: "binary" }))), (texts) => {
    const writer = new BatchWriter();
    for (const [head, text] of texts) {
      writer.putTexts(1, 0, 7, head, text);
      writer.putEmpty(2, 3, 8);
      writer.putText(3, 0, 9, text);
    }
    const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
    assertEquals(
      recordsOf(writer.take()),
      texts.flatMap(([head, text]) => [
        { kind: 1, flags: 0, id: 7, payload: [...head, ...utf8(text)] },
        { kind: 2, flags: 3, id: 8, payload: [] },
        { kind: 3, flags: 0, id: 9, payload: utf8(text) },
      ]),
    );
  }));
});

Deno.test("BatchWriter packs whole texts that take three bytes for each character, wherever its buffer ends", () => {
  for (let length = 1000; length < 100_000; length *= 3) {
    const writer = new BatchWriter();
    const text = "€".repeat(length);
    for (let count = 0; count < 3; count++) writer.putText(1, 0, 0, text);
    assertEquals(recordsOf(writer.take()).map(textOf), [text, text, text]);
  }
});

Deno.test("BatchWriter packs numbers up to 2^32 - 1, and values", () => {
  const writer = new BatchWriter();
  for (const number of [0, 1, 0xffffffff]) writer.putNumber(1, 0, number, number);
  writer.putValue(2, 0, 0, { at: new Date(5) });
  const [zero, one, most, value] = recordsOf(writer.take());
  assertEquals([zero, one, most].map((record) => [record!.id, numberOf(record!)]), [[0, 0], [1, 1], [
    0xffffffff,
    0xffffffff,
  ]]);
  assertEquals(valueOf(value!), { at: new Date(5) });
});

Deno.test("BatchWriter puts nothing in for a value that cannot be cloned", () => {
  const writer = new BatchWriter();
  writer.putText(1, 0, 0, "before");
  assertThrows(() => writer.putValue(2, 0, 0, { no: () => {} }), TypeError);
  writer.putText(3, 0, 0, "after");
  assertEquals(recordsOf(writer.take()).map(textOf), ["before", "after"]);
});

Deno.test("BatchWriter says how long the batch is, fill included, and begins anew with each", () => {
  const writer = new BatchWriter();
  assertEquals([writer.byteLength, writer.take().length], [0, 0]);
  writer.putText(1, 0, 0, "a");
  assertEquals(writer.byteLength, HEADER_BYTES + 4);
  assertEquals([writer.take().length, writer.byteLength], [HEADER_BYTES + 4, 0]);
});

Deno.test("BatchWriter: a batch that was taken stays as it is, short or long, whatever is put in then", () => {
  for (const length of [10, 20_000, 200_000]) {
    const writer = new BatchWriter();
    const bytes = new Uint8Array(length).fill(1);
    writer.put(1, 0, 0, bytes, 0, length);
    const batch = writer.take();
    writer.put(2, 0, 0, bytes.fill(2), 0, length);
    assertEquals(recordsOf(batch), [{ kind: 1, flags: 0, id: 0, payload: new Array(length).fill(1) }]);
    assertEquals(recordsOf(writer.take())[0]!.payload[length - 1], 2);
  }
});

Deno.test("BatchWriter gives a batch away with a buffer that nothing else lies in", () => {
  for (const length of [10, 20_000]) {
    const writer = new BatchWriter();
    writer.put(1, 0, 0, new Uint8Array(length), 0, length);
    const batch = writer.take();
    structuredClone(batch, { transfer: [batch.buffer] });
    writer.putText(2, 0, 0, "goes on");
    assert(recordsOf(writer.take()).map(textOf).includes("goes on"));
  }
});
