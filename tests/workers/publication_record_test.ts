import { assertEquals, assertThrows } from "@std/assert";
import { BatchWriter } from "../../lib/runtime/remote/batch_writer.ts";
import { walkRecords } from "../../lib/runtime/remote/record_reader.ts";
import { WireError } from "../../lib/runtime/mod.ts";
import {
  envelopeOf,
  offsetAt,
  PREFIX_BYTES,
  putPublication,
  putStored,
  ruleAt,
  setOffset,
  topicOf,
} from "../../lib/workers/publication_record.ts";
import type { Envelope, HistoryRule } from "../../lib/pubsub/mod.ts";

function recordOf(topic: string, envelope: Envelope, rule?: HistoryRule) {
  return recordIn((writer) => putPublication(writer, 18, 7, topic, envelope, rule));
}

function recordIn(put: (writer: BatchWriter) => void) {
  const writer = new BatchWriter();
  put(writer);
  const batch = writer.take();
  const found: { bytes: Uint8Array<ArrayBuffer>; flags: number; id: number }[] = [];
  walkRecords(batch, batch.length, 2 ** 20, (_, flags, id, bytes, start, end) => {
    found.push({ bytes: bytes.slice(start, end), flags, id });
  });
  return found[0]!;
}

Deno.test("a publication comes out of its record as it went in", () => {
  const envelopes: Envelope[] = [
    { payload: "", from: "" },
    { payload: "grüße 👋", from: "0a1b2c3d-zz" },
    { payload: new Uint8Array(0), from: "" },
    { payload: Uint8Array.of(0, 1, 255, 128), from: "ü" },
    { payload: "\ufeffwith a mark", from: "x" },
  ];
  for (const topic of ["a", "räume:1", "\u0001nodes", "€".repeat(256)]) {
    for (const envelope of envelopes) {
      const { bytes, flags, id } = recordOf(topic, envelope);
      assertEquals([topicOf(bytes, 0, bytes.length), id], [topic, 7]);
      assertEquals(envelopeOf(bytes, 0, bytes.length, flags), envelope);
    }
  }
});

Deno.test("a rule stands before the publication, and an offset takes its place", () => {
  const rule = { limit: 100, ttlMs: 2 ** 31 - 1 };
  const { bytes, flags } = recordOf("kept", { payload: "a", from: "b" }, rule);
  assertEquals(ruleAt(bytes, 0), rule);
  setOffset(bytes, 2 ** 52 + 1);
  assertEquals(offsetAt(bytes, 0), 2 ** 52 + 1);
  assertEquals(topicOf(bytes, PREFIX_BYTES, bytes.length), "kept");
  assertEquals(envelopeOf(bytes, PREFIX_BYTES, bytes.length, flags), { payload: "a", from: "b" });
});

Deno.test("what is stored already is put in with its offset", () => {
  const envelope = { payload: "a", from: "b" };
  const { bytes, flags } = recordIn((writer) => putStored(writer, 17, "kept", { ...envelope, offset: 2 ** 52 + 1 }));
  assertEquals(offsetAt(bytes, 0), 2 ** 52 + 1);
  assertEquals(topicOf(bytes, PREFIX_BYTES, bytes.length), "kept");
  assertEquals(envelopeOf(bytes, PREFIX_BYTES, bytes.length, flags), envelope);
});

Deno.test("a record that is shorter than it says is refused, and so is a sender's id that is too long", () => {
  const { bytes } = recordOf("topic", { payload: "", from: "" });
  for (let end = 0; end < bytes.length; end++) assertThrows(() => topicOf(bytes, 0, end), WireError, "shorter");
  assertThrows(() => recordOf("topic", { payload: "", from: "x".repeat(5000) }), TypeError, "too long");
});
