/**
 * Request heads out of a stream of bytes: bounded, and kept until the last of their bytes has come.
 *
 * @module
 */
import {
  findHeadEnd,
  headTooLarge,
  leadingCrlf,
  parseRequestHead,
  type RequestHead,
  type RequestLimits,
} from "../http/mod.ts";
import { KeptBytes } from "./kept_bytes.ts";

/** A head, and where in the bytes that brought its end the next begin. */
export interface ReadHead {
  readonly head: RequestHead;
  readonly end: number;
}

/** The heads of one connection, one after the other. */
export class HeadReader {
  readonly #limits: RequestLimits;
  /** An unfinished head. */
  readonly #kept = new KeptBytes();

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** Bytes of a head that is not whole yet. */
  get heldBytes(): number {
    return this.#kept.length;
  }

  /**
   * Takes `bytes[start, end)`.
   *
   * @returns the head that ends there; `undefined` when all bytes were taken and more are needed.
   * @throws {HttpError} when it breaks a rule, or is too large.
   */
  read(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): ReadHead | undefined {
    if (this.#kept.length > 0) return this.#readOn(bytes, start, end);
    const headStart = leadingCrlf(bytes, start, end);
    const headEnd = findHeadEnd(bytes, headStart, end);
    if (headEnd !== -1) return { head: parseRequestHead(bytes, headStart, headEnd, this.#limits), end: headEnd };
    if (end - headStart > this.#limits.maxHeadBytes) throw headTooLarge(bytes, headStart, end);
    this.#kept.add(bytes, start, end);
    return undefined;
  }

  /** Forgets an unfinished head. */
  clear(): void {
    this.#kept.take();
  }

  /** The head began in an earlier chunk. */
  #readOn(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): ReadHead | undefined {
    const { maxHeadBytes } = this.#limits;
    const before = this.#kept.length;
    this.#kept.add(bytes, start, Math.min(end, start + maxHeadBytes));
    const { buffer: kept, length } = this.#kept;
    const headStart = leadingCrlf(kept, 0, length);
    // Three bytes of the four that end a head may have been there before.
    const headEnd = findHeadEnd(kept, Math.max(headStart, before - 3), length);
    if (headEnd === -1) {
      if (length - headStart > maxHeadBytes) throw headTooLarge(kept, headStart, length);
      return undefined;
    }
    this.#kept.take();
    return { head: parseRequestHead(kept, headStart, headEnd, this.#limits), end: start + headEnd - before };
  }
}
