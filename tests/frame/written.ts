/** A write buffer for tests, and what it writes. @module */
import { WriteBuffer } from "../../lib/frame/write_buffer.ts";
import { concat } from "./recorder.ts";
import { CountingSource } from "./segment_source.ts";

/** A write buffer over buffers that are counted. */
export function open(): { source: CountingSource; output: WriteBuffer } {
  const source = new CountingSource();
  return { source, output: new WriteBuffer(source) };
}

/** Writes all that is there, `count` bytes at a time. */
export function drain(output: WriteBuffer, count = Infinity): Uint8Array {
  const written: Uint8Array[] = [];
  for (let bytes = output.begin(); bytes !== undefined; bytes = output.begin()) {
    const part = bytes.slice(0, count);
    written.push(part);
    output.wrote(part.length);
  }
  return concat(...written);
}

/** Writes so many of the bytes that are offered; returns them as hex. */
export function write(output: WriteBuffer, count: number): string {
  const bytes = output.begin()!;
  const hex = bytes.subarray(0, count).toHex();
  output.wrote(count);
  return hex;
}
