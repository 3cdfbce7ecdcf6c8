/**
 * Packs records into a batch.
 *
 * @module
 */
import { encodeValue } from "./value.ts";
import { HEADER_BYTES, padded } from "./wire.ts";

const FIRST_BYTES = 64 * 1024;
/** A batch this short is copied out of the buffer, which stays: a fresh one costs more. */
const COPIED_UNTIL_BYTES = 8 * 1024;
/** From this length on the runtime's copy beats a loop here, its view included. */
const COPY_BY_LOOP_UNTIL = 24;

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

/** Records of one turn, in the order in which they were put in. */
export class BatchWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #words = new Uint32Array(this.#bytes.buffer);
  #length = 0;

  /** Bytes of what was put in since the last {@linkcode take}. */
  get byteLength(): number {
    return this.#length;
  }

  /** A record whose payload is `bytes[start, end)`. */
  put(kind: number, flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.#begin(kind, flags, id, end - start);
    copy(this.#bytes, at, bytes, start, end);
  }

  /** A record without a payload. */
  putEmpty(kind: number, flags: number, id: number): void {
    this.#begin(kind, flags, id, 0);
  }

  /** A record whose payload is a number from 0 to 2^32 - 1. */
  putNumber(kind: number, flags: number, id: number, value: number): void {
    const at = this.#begin(kind, flags, id, 4);
    this.#words[at >>> 2] = value;
  }

  /** A record whose payload is a text in UTF-8. */
  putText(kind: number, flags: number, id: number, text: string): void {
    this.putTexts(kind, flags, id, NO_BYTES, text);
  }

  /** A record whose payload is some bytes and a text behind them. */
  putTexts(kind: number, flags: number, id: number, head: Uint8Array, text: string): void {
    // The header needs the length: room is made for the longest that the text can become.
    const at = this.#reserve(HEADER_BYTES + head.length + text.length * 3 + 3) + HEADER_BYTES;
    this.#bytes.set(head, at);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(at + head.length));
    this.#begin(kind, flags, id, head.length + written);
  }

  /** A record whose payload is a cloneable value. @throws {TypeError} when it is not cloneable; nothing is put in. */
  putValue(kind: number, flags: number, id: number, value: unknown): void {
    const bytes = encodeValue(value);
    this.put(kind, flags, id, bytes, 0, bytes.length);
  }

  /** The batch, whose buffer is the caller's; the next begins. */
  take(): Uint8Array<ArrayBuffer> {
    const length = this.#length;
    this.#length = 0;
    if (length <= COPIED_UNTIL_BYTES) return this.#bytes.slice(0, length);
    const batch = this.#bytes.subarray(0, length);
    this.#use(new Uint8Array(FIRST_BYTES));
    return batch;
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#words = new Uint32Array(bytes.buffer);
  }

  /** @returns where the payload begins. */
  #begin(kind: number, flags: number, id: number, length: number): number {
    const start = this.#reserve(HEADER_BYTES + padded(length));
    const word = start >>> 2;
    this.#words[word] = kind | (flags << 8);
    this.#words[word + 1] = id;
    this.#words[word + 2] = length;
    this.#length = start + HEADER_BYTES + padded(length);
    return start + HEADER_BYTES;
  }

  #reserve(bytes: number): number {
    const needed = this.#length + bytes;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(padded(Math.max(needed, this.#bytes.length * 2)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#use(larger);
    }
    return this.#length;
  }
}

function copy(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  if (end - start > COPY_BY_LOOP_UNTIL) return to.set(from.subarray(start, end), at);
  for (let index = start; index < end; index++) to[at++] = from[index]!;
}
