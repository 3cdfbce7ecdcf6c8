/**
 * Which connections get their next read, and when: fairness beyond 128 busy connections.
 *
 * All pending operations of an isolate live in one task of the runtime's scheduler, which grants it 128 completed
 * operations a poll. With more ready connections than that the same 128 would win turn after turn. So from that number
 * on, connections that were served queue up, and only a window of reads is outstanding at a time.
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
/** A turn that does not come for so long means that the outstanding reads are of quiet peers. */
const STALL_MS = 1;

/** The window of one gateway. */
export class ReadWindow {
  readonly #clock: Clock;
  readonly #queue = new Fifo<WindowMember>();
  #isSaturated = false;
  #outstanding = 0;
  #generation = 1;
  #turns = 0;
  #cancelAlarm: (() => void) | undefined;
  #turnsAtAlarm = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while reads are rationed. */
  get isSaturated(): boolean {
    return this.#isSaturated;
  }

  /** At the end of a turn: those who were served get their next read, now or when it is their turn. */
  finish(served: readonly WindowMember[]): void {
    this.#turns++;
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
    this.#watch();
  }

  /** A connection wants to be read outside a turn: a new one, or one that was paused. */
  enter(member: WindowMember): void {
    if (!this.#isSaturated) return member.arm();
    this.#queue.push(member);
    this.#watch();
  }

  /** The read of this connection is no longer outstanding. */
  forget(member: WindowMember): void {
    if (member.windowGeneration === this.#generation) this.#outstanding--;
    member.windowGeneration = 0;
  }

  /** Stops the alarm. */
  clear(): void {
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
  }

  #fill(): void {
    while (this.#outstanding < WINDOW && this.#queue.length > 0) {
      const member = this.#queue.shift()!;
      if (!member.wantsRead) continue;
      member.windowGeneration = this.#generation;
      this.#outstanding++;
      member.arm();
    }
    if (this.#queue.length > 0) return;
    this.#isSaturated = false;
    this.#nextGeneration();
  }

  /** What is outstanding no longer counts. */
  #nextGeneration(): void {
    this.#outstanding = 0;
    this.#generation++;
  }

  #watch(): void {
    if (!this.#isSaturated || this.#cancelAlarm !== undefined) return;
    this.#turnsAtAlarm = this.#turns;
    this.#cancelAlarm = this.#clock.setTimer(this.#onAlarm, STALL_MS);
  }

  readonly #onAlarm = (): void => {
    this.#cancelAlarm = undefined;
    if (!this.#isSaturated) return;
    if (this.#turnsAtAlarm === this.#turns) {
      this.#nextGeneration();
      this.#fill();
    }
    this.#watch();
  };
}
