/**
 * A connection in memory: two ends that behave as two TCP sockets do, faults included.
 *
 * @module
 */
import { MemoryPipe, type PipeSetting } from "./memory_pipe.ts";

/** How a pair of streams behaves. */
export interface MemoryStreamOptions {
  /** Bytes that fit between a writer and its reader. Default: 65 536. */
  readonly capacityBytes?: number;
  /** Called after every byte, end or reset that moved. */
  readonly onActivity?: () => void;
}

const DEFAULT_CAPACITY_BYTES = 65_536;

/**
 * One end of a connection in memory.
 *
 * As with TCP, closing an end while bytes it has not read are there, or writing to an end that is closed, resets the
 * connection: the other end loses what it has not read yet.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MemoryStream } from "sockeye/testing";
 *
 * const [ours, theirs] = MemoryStream.pair();
 * await ours.write(new TextEncoder().encode("hello"));
 * await ours.closeWrite();
 * const buffer = new Uint8Array(16);
 * assertEquals(await theirs.read(buffer), 5);
 * assertEquals(await theirs.read(buffer), null);
 * ours.close();
 * theirs.close();
 * ```
 */
export class MemoryStream {
  readonly #incoming: MemoryPipe;
  readonly #outgoing: MemoryPipe;
  readonly #outgoingSetting: PipeSetting;
  readonly #incomingSetting: PipeSetting;
  #other: MemoryStream | undefined;
  #isClosed = false;

  private constructor(
    incoming: readonly [MemoryPipe, PipeSetting],
    outgoing: readonly [MemoryPipe, PipeSetting],
  ) {
    [this.#incoming, this.#incomingSetting] = incoming;
    [this.#outgoing, this.#outgoingSetting] = outgoing;
  }

  /** Two ends that are connected with each other. */
  static pair(options: MemoryStreamOptions = {}): [MemoryStream, MemoryStream] {
    const direction = (): [MemoryPipe, PipeSetting] => {
      const setting: PipeSetting = {
        capacityBytes: options.capacityBytes ?? DEFAULT_CAPACITY_BYTES,
        maxReadBytes: Infinity,
        maxWriteBytes: Infinity,
        onActivity: options.onActivity ?? (() => {}),
      };
      return [new MemoryPipe(setting), setting];
    };
    const [there, back] = [direction(), direction()];
    const [one, other] = [new MemoryStream(back, there), new MemoryStream(there, back)];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  /** Bytes this end wrote and the other has not read yet. */
  get unreadBytes(): number {
    return this.#outgoing.bufferedBytes;
  }

  /** True while a write of this end waits for the other to read. */
  get isWriting(): boolean {
    return this.#outgoing.isWriting;
  }

  /** True while a read of this end waits for the other to write. */
  get isReading(): boolean {
    return this.#incoming.isReading;
  }

  /** True after `close` or `reset` of this end. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Reads what is there, or waits for it.
   *
   * @returns how many bytes came, or `null` after the other end closed for writing.
   */
  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#isClosed) return Promise.reject(badResource());
    return this.#incoming.read(buffer);
  }

  /**
   * Writes as many bytes as there is room for, or waits for room.
   *
   * @returns how many bytes were taken, which may be fewer than given.
   */
  write(bytes: Uint8Array): Promise<number> {
    if (this.#isClosed) return Promise.reject(badResource());
    // RFC 9293 §3.10.7.1: a segment that arrives for a connection that is gone is answered with a reset.
    if (this.#other!.#isClosed) this.#break(connectionReset());
    return this.#outgoing.write(bytes);
  }

  /** Closes this end for writing; the other reads what is under way, then the end. */
  closeWrite(): Promise<void> {
    if (this.#isClosed) return Promise.reject(badResource());
    this.#outgoing.end();
    return Promise.resolve();
  }

  /** Closes this end. What it wrote still arrives, unless there is something here that it has not read. */
  close(): void {
    if (this.#isClosed) return;
    // RFC 2525 §2.17: closing with received bytes unread sends a reset.
    if (this.#incoming.bufferedBytes > 0) return this.reset();
    this.#isClosed = true;
    this.#outgoing.end();
    // What waits here has nobody to go to.
    this.#incoming.fail({ forReader: badResource(), forWriter: connectionReset() });
  }

  /** Breaks the connection: the other end's reads and writes reject with `ConnectionReset`. */
  reset(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#break(badResource());
  }

  /** Makes each read of this end return at most so many bytes; without a number, all there are. */
  limitReads(maxBytes: number = Infinity): void {
    this.#incomingSetting.maxReadBytes = maxBytes;
  }

  /** Makes each write of this end take at most so many bytes; without a number, all that fit. */
  limitWrites(maxBytes: number = Infinity): void {
    this.#outgoingSetting.maxWriteBytes = maxBytes;
  }

  /** While true, writes of this end make no progress, as when a cable is unplugged. */
  stallWrites(isStalled = true): void {
    this.#outgoing.isStalled = isStalled;
  }

  #break(forUs: Error): void {
    this.#outgoing.fail({ forReader: connectionReset(), forWriter: forUs });
    this.#incoming.fail({ forReader: forUs, forWriter: connectionReset() });
  }
}

function badResource(): Error {
  return new Deno.errors.BadResource("the stream is closed");
}

function connectionReset(): Error {
  return new Deno.errors.ConnectionReset("Connection reset by peer");
}
