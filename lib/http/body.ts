/**
 * Collects the body of a request from whatever pieces it arrives in, within a bound. RFC 9112 §6.3, §7.1.
 *
 * @module
 */
import type { BodyFraming } from "./body_framing.ts";
import { ChunkFraming } from "./chunk_framing.ts";
import { HttpError } from "./http_error.ts";

const EMPTY = new Uint8Array(0);
const MIN_CAPACITY = 1024;

/**
 * Decodes one body. Memory follows what has arrived, never what was promised.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { BodyDecoder } from "./mod.ts";
 *
 * const bytes = new TextEncoder().encode("5\r\nhello\r\n0\r\n\r\nGET / …");
 * const decoder = new BodyDecoder({ kind: "chunked" }, 1024);
 * assertEquals(decoder.push(bytes, 0, bytes.length), 15);
 * assertEquals([decoder.done, new TextDecoder().decode(decoder.take())], [true, "hello"]);
 * ```
 */
export class BodyDecoder {
  readonly #framing: ChunkFraming | null;
  /** Octets of content that follow next. */
  #expected: number;
  #body: Uint8Array<ArrayBuffer> = EMPTY;
  #length = 0;

  /**
   * Makes a decoder for one body.
   *
   * @param maxBodyBytes bound of the content, without framing.
   * @throws {HttpError} 413 when the promised length is above the bound.
   */
  constructor(framing: BodyFraming, maxBodyBytes: number) {
    this.#framing = framing.kind === "chunked" ? new ChunkFraming(maxBodyBytes) : null;
    this.#expected = framing.kind === "length" ? framing.length : 0;
    if (this.#expected > maxBodyBytes) throw new HttpError(413, `The request body is above ${maxBodyBytes} bytes.`);
  }

  /** True when the whole body is there. */
  get done(): boolean {
    return this.#expected === 0 && (this.#framing === null || this.#framing.done);
  }

  /** Memory held for the body at the moment, in bytes. */
  get heldBytes(): number {
    return this.#body.length;
  }

  /**
   * Takes `bytes[start, end)`, copying what belongs to the body.
   *
   * @returns where the body ended, or `end`: what follows belongs to the next request.
   * @throws {HttpError} 400 for malformed chunks, 413 above the bound, 431 for trailers that are too large. The
   * connection cannot be used after it.
   */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.done) {
      if (this.#expected > 0) {
        at = this.#append(bytes, at, Math.min(end, at + this.#expected));
      } else if (this.#framing !== null) {
        this.#framing.step(bytes[at++]!);
        this.#expected = this.#framing.chunkBytes;
      }
    }
    return at;
  }

  /**
   * Hands the body over; the decoder lets go of it.
   *
   * @throws {TypeError} while the body is not {@linkcode done}.
   */
  take(): Uint8Array<ArrayBuffer> {
    if (!this.done) throw new TypeError("The body is not complete yet: push until done is true.");
    const body = this.#body.subarray(0, this.#length);
    this.#body = EMPTY;
    this.#length = 0;
    return body;
  }

  #append(bytes: Uint8Array, start: number, end: number): number {
    const needed = this.#length + end - start;
    if (needed > this.#body.length) {
      // Never more than what is known to come: a small body with a known length gets its exact size at once.
      const likely = Math.max(MIN_CAPACITY, this.#body.length * 2);
      const known = this.#framing === null ? this.#length + this.#expected : Infinity;
      const grown = new Uint8Array(Math.max(needed, Math.min(likely, known)));
      grown.set(this.#body.subarray(0, this.#length));
      this.#body = grown;
    }
    this.#body.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
    this.#expected -= end - start;
    return end;
  }
}
