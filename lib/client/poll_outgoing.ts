/**
 * The client's stream of bytes, from what the server has to what is still to be sent.
 *
 * @module
 */

/** Bytes that the server has not acknowledged. Positions count as in TCP. */
export class Outgoing {
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #start = 0;
  #end = 0;

  /** Up to where the server has it. */
  get start(): number {
    return this.#start;
  }

  /** Up to where there is something to send. */
  get end(): number {
    return this.#end;
  }

  /** Appends. What is given is kept, and not copied. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#parts.push(bytes);
    this.#end += bytes.length;
  }

  /** What is to be sent from `start` on, at most that much. */
  piece(maxBytes: number): Uint8Array<ArrayBuffer> {
    const piece = new Uint8Array(Math.min(maxBytes, this.#end - this.#start));
    let at = 0;
    for (const part of this.#parts) {
      if (at === piece.length) break;
      const fitting = part.subarray(0, piece.length - at);
      piece.set(fitting, at);
      at += fitting.length;
    }
    return piece;
  }

  /**
   * The server has everything up to there: it is dropped.
   *
   * @returns false when that cannot be: it has been dropped before, or was never there.
   */
  acknowledge(position: number): boolean {
    if (!(position >= this.#start && position <= this.#end)) return false;
    let gone = position - this.#start;
    let count = 0;
    while (gone > 0 && this.#parts[count]!.length <= gone) gone -= this.#parts[count++]!.length;
    this.#parts.splice(0, count);
    if (gone > 0) this.#parts[0] = this.#parts[0]!.subarray(gone);
    this.#start = position;
    return true;
  }
}
