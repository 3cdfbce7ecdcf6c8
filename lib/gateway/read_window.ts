/**
 * Which connections get their next read, and when: fairness beyond 128 busy connections.
 *
 * All pending operations of an isolate live in one task of the runtime's scheduler, which grants it 128 completed
 * operations a poll. With more ready connections than that the same 128 would win turn after turn. So from that number
 * on, connections that were served queue up, and only a window of reads is outstanding at a time. It widens while most
 * of those that get a read have nothing to say: else thousands that only answered a ping would keep who talks waiting.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { Fifo } from "../frame/mod.ts";

/** A connection as the window sees it. */
export interface WindowMember {
  /** In which generation its read was armed through the window; 0 for none. Written by the window only. */
  windowGeneration: number;
  /** Whether a read is wanted now. */
  readonly wantsRead: boolean;
  /** Starts a read. */
  arm(): void;
}

/** So many connections ready in one turn mean saturation: the scheduler's budget was used up. */
const SATURATED_FROM = 128;
/** Reads outstanding at a time while saturated: well below the budget. */
const WINDOW = 32;
/** The most that get a read at once when they are mostly quiet: about a millisecond's work. */
const WIDEST = 512;
/** So often it is seen whether the outstanding reads are of quiet peers. */
const REVIEW_MS = 1;

/** The window of one gateway. */
export class ReadWindow {
  readonly #clock: Clock;
  readonly #queue = new Fifo<WindowMember>();
  #isSaturated = false;
  #outstanding = 0;
  #generation = 1;
  #width = WINDOW;
  /** Reads of the window that are no longer outstanding, since the last review. */
  #completed = 0;
  #wasQuiet = false;
  /** Whether as many were ready as can be in a turn since the last review began: who has a read is served first. */
  #wasFull = false;
  #cancelReview: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while reads are rationed. */
  get isSaturated(): boolean {
    return this.#isSaturated;
  }

  /** At the end of a turn: those who were served get their next read, now or when it is their turn. */
  finish(served: readonly WindowMember[]): void {
    if (!this.#isSaturated) {
      if (served.length < SATURATED_FROM) {
        for (const member of served) if (member.wantsRead) member.arm();
        return;
      }
      this.#isSaturated = true;
    }
    for (const member of served) {
      this.forget(member);
      if (member.wantsRead) this.#queue.push(member);
    }
    if (served.length < SATURATED_FROM) this.#fill();
    else if (this.#cancelReview !== undefined) this.#wasFull = true;
    this.#reviewLater();
  }

  /** A connection wants to be read outside a turn: a new one, or one that was paused. */
  enter(member: WindowMember): void {
    if (!this.#isSaturated) return member.arm();
    this.#queue.push(member);
    this.#reviewLater();
  }

  /** The read of this connection is no longer outstanding. */
  forget(member: WindowMember): void {
    if (member.windowGeneration === this.#generation) {
      this.#outstanding--;
      this.#completed++;
    }
    member.windowGeneration = 0;
  }

  /** Stops the timer. */
  clear(): void {
    this.#cancelReview?.();
    this.#cancelReview = undefined;
  }

  #fill(): void {
    while (this.#outstanding < this.#width && this.#queue.length > 0) {
      const member = this.#queue.shift()!;
      if (!member.wantsRead) continue;
      member.windowGeneration = this.#generation;
      this.#outstanding++;
      member.arm();
    }
    if (this.#queue.length > 0) return;
    this.#isSaturated = false;
    this.#width = WINDOW;
    this.#nextGeneration();
  }

  /** What is outstanding no longer counts. */
  #nextGeneration(): void {
    this.#outstanding = 0;
    this.#generation++;
  }

  #reviewLater(): void {
    if (this.#isSaturated) this.#cancelReview ??= this.#clock.setTimer(this.#review, REVIEW_MS);
  }

  /** Whether those that have a read are mostly quiet: then they no longer count, and more get one than before. */
  readonly #review = (): void => {
    this.#cancelReview = undefined;
    if (!this.#isSaturated) return;
    const half = this.#width / 2;
    const isQuiet = this.#completed < half && this.#outstanding > half;
    if (this.#completed >= half) this.#width = WINDOW;
    // Once proves little: where this process was not let run for a while, what came meanwhile has not been read yet.
    else if (isQuiet && this.#wasQuiet) this.#width = Math.min(2 * this.#width, WIDEST);
    if (isQuiet) this.#nextGeneration();
    this.#wasQuiet = isQuiet;
    this.#completed = 0;
    if (!this.#wasFull) this.#fill();
    this.#wasFull = false;
    this.#reviewLater();
  };
}
