/**
 * Events of epoll in the memory that the kernel writes them to.
 *
 * @module
 */
import type { EventLayout } from "./linux.ts";

/** So many `epoll_event` structures, one after the other. Each carries two numbers of ours. */
export class EventList {
  /** What system calls are given. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly length: number;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #stride: number;
  readonly #ownAt: number;

  constructor(length: number, { words, ownAt }: EventLayout) {
    this.length = length;
    this.#words = new Int32Array(length * words);
    this.bytes = new Uint8Array(this.#words.buffer);
    this.#stride = words;
    this.#ownAt = ownAt;
  }

  /** What happened, or is waited for: bits of `EPOLL`. */
  eventsAt(index: number): number {
    return this.#words[index * this.#stride]!;
  }

  fdAt(index: number): number {
    return this.#words[index * this.#stride + this.#ownAt]!;
  }

  /** Which of the files that have had this descriptor. */
  generationAt(index: number): number {
    return this.#words[index * this.#stride + this.#ownAt + 1]!;
  }

  set(index: number, events: number, fd: number, generation: number): void {
    const at = index * this.#stride;
    this.#words[at] = events;
    this.#words[at + this.#ownAt] = fd;
    this.#words[at + this.#ownAt + 1] = generation;
  }
}
