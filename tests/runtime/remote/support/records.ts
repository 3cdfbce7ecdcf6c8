/**
 * Records as lists, for tests: what was packed, and what comes out.
 *
 * @module
 */
import fc from "fast-check";
import { BatchWriter } from "../../../../lib/runtime/remote/batch_writer.ts";
import { walkRecords } from "../../../../lib/runtime/remote/record_reader.ts";
import { decodeValue } from "../../../../lib/runtime/remote/value.ts";
import { MAX_RECORD_BYTES, type TakeRecord } from "../../../../lib/runtime/remote/wire.ts";

/** A record: bytes as numbers, so that two can be compared. */
export interface SeenRecord {
  readonly kind: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: readonly number[];
}

/** Any record, short and long. */
export const anyRecord: fc.Arbitrary<SeenRecord> = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  flags: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 60 }).map((bytes) => [...bytes]),
});

/** Takes records into a list, as they were when they were told of. */
export function recordsInto(list: SeenRecord[]): TakeRecord {
  return (kind, flags, id, bytes, start, end) =>
    void list.push({ kind, flags, id, payload: [...bytes.subarray(start, end)] });
}

/** These records as a batch. */
export function packed(records: readonly SeenRecord[]): Uint8Array<ArrayBuffer> {
  const writer = new BatchWriter();
  for (const { kind, flags, id, payload } of records) {
    writer.put(kind, flags, id, Uint8Array.from(payload), 0, payload.length);
  }
  return writer.take();
}

/** The records of a batch. */
export function recordsOf(batch: Uint8Array<ArrayBuffer>): SeenRecord[] {
  const list: SeenRecord[] = [];
  walkRecords(batch, batch.length, MAX_RECORD_BYTES, recordsInto(list));
  return list;
}

/** What a record carries as a value. */
export function valueOf({ payload }: SeenRecord): unknown {
  return decodeValue(Uint8Array.from(payload), 0, payload.length);
}

/** What a record carries as a text. */
export function textOf({ payload }: SeenRecord): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(payload));
}

/** What a record carries as a number. */
export function numberOf({ payload }: SeenRecord): number {
  return new DataView(Uint8Array.from(payload).buffer).getUint32(0, true);
}

/** Everything that hangs on promises alone has happened. */
export async function turns(count = 30): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}
