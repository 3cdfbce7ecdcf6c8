/**
 * Which connections write, and when: no more system calls in one go than the runtime's scheduler lets pass.
 *
 * All operations of an isolate live in one task of that scheduler, which grants it 128 completed operations a poll. A
 * write beyond them is not made when it is called for: it is queued, woken and polled again, which costs more and lets
 * everything that comes after it wait as well. So of many connections that have something to write some write now, and
 * the others when the system's events have had their turn. What is sent to them meanwhile leaves in the same write.
 *
 * @module
 */
import { Fifo } from "../frame/mod.ts";

/** A connection as the window sees it. */
export interface WriteMember {
  /** Starts a write if there is something to write and none is pending. */
  flush(): void;
}

/** So many may write at once, whatever was read: a few too many cost less than another round of the event loop. */
const FEW = 128;
/** Beyond that, reads and writes of one poll together: below the scheduler's 128, for others need some too. */
const OPERATIONS_PER_POLL = 112;
/** However many reads there were, so many writes are started each time round: nobody waits for ever. */
const MIN_WRITES = 32;

/** The connections of one gateway that have something to write, first come first served. */
export class WriteWindow {
  readonly #queue = new Fifo<WriteMember>();
  /** True from when there were too many until nobody waits. */
  #isRationed = false;
  /** While rationed: operations since the last poll began. */
  #operations = 0;

  /** True when somebody waits to write. */
  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Adds a member, which must not be waiting already. */
  add(member: WriteMember): void {
    this.#queue.push(member);
  }

  /**
   * At the end of a turn: starts the writes there is room for beside this many reads.
   *
   * @returns true when members are left: {@linkcode goOn} is to be called once the system's events have had their turn.
   */
  flush(reads: number): boolean {
    if (!this.#isRationed && this.#queue.length <= FEW) {
      this.#start(FEW);
      return this.isWaiting;
    }
    this.#isRationed = true;
    this.#operations += reads;
    return this.#ration(0);
  }

  /** At the end of a poll: as {@linkcode flush}, and what comes then begins anew. */
  goOn(): boolean {
    const isWaiting = this.#ration(MIN_WRITES);
    this.#operations = 0;
    return isWaiting;
  }

  #ration(minWrites: number): boolean {
    const count = Math.max(minWrites, OPERATIONS_PER_POLL - this.#operations);
    this.#operations += this.#start(count);
    return this.#isRationed = this.isWaiting;
  }

  /** @returns how many. */
  #start(count: number): number {
    // Who comes while these write is not of their number.
    const writes = Math.min(this.#queue.length, Math.max(0, count));
    for (let left = writes; left > 0; left--) this.#queue.shift()!.flush();
    return writes;
  }
}
