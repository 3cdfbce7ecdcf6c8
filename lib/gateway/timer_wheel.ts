/**
 * A hashed timer wheel: one entry per connection, moved in O(1), with one alarm of the clock for all of them.
 *
 * Entries say when they want to be looked at; activity does not move them. A late look is harmless, and so an entry is
 * found to be not yet due and put back.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/**
 * Something that wants to be looked at when its time has come. Entries of one slot are linked with each other: a `Set`
 * would keep entries that have left it from the young collection, see `Roster`.
 */
export interface TimerEntry {
  /** When, in the clock's milliseconds; `Infinity` while it is not in the wheel. Written by the wheel only. */
  dueAt: number;
  /** Neighbours in the same slot. Written by the wheel only. */
  nextTimer: TimerEntry | undefined;
  previousTimer: TimerEntry | undefined;
  /** @returns when to be looked at next; `Infinity` for never. */
  onTimer(now: number): number;
}

/** How exact the wheel is: an entry is looked at up to this much late. */
export const TICK_MS = 50;

/** 25.6 s around: the default ping interval fits into one turn. */
const SLOTS = 512;

/** An alarm so late means that the process stood still: the machine slept, or a handler blocked. */
const STALL_MS = 200;

/** So long after a stall the reads come first. */
const CATCH_UP_MS = 500;

/** The wheel of one gateway. */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #late: (byMs: number) => void;
  /** The first entry of each slot. */
  readonly #slots: (TimerEntry | undefined)[] = new Array(SLOTS).fill(undefined);
  #size = 0;
  #tick: number;
  #alarmAt = 0;
  #isCatchingUp = false;
  #cancelAlarm: (() => void) | undefined;

  /** @param late is told of each alarm by how much it was late: so long the event loop kept everybody waiting. */
  constructor(clock: Clock, late: (byMs: number) => void = () => {}) {
    this.#clock = clock;
    this.#late = late;
    this.#tick = this.#tickAt(clock.now());
  }

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Puts an entry in, or moves it. `Infinity` takes it out. */
  schedule(entry: TimerEntry, at: number): void {
    this.cancel(entry);
    if (at === Infinity) return;
    if (this.#size === 0) this.#tick = this.#tickAt(this.#clock.now());
    // What is overdue is looked at with the next tick.
    entry.dueAt = Math.max(at, (this.#tick + 1) * TICK_MS);
    this.#link(entry, slotOf(entry.dueAt));
    this.#size++;
    this.#arm(TICK_MS);
  }

  /** Moves an entry only if that makes it earlier: for the hot path. */
  advance(entry: TimerEntry, at: number): void {
    if (at < entry.dueAt) this.schedule(entry, at);
  }

  /** Takes an entry out. */
  cancel(entry: TimerEntry): void {
    if (entry.dueAt === Infinity) return;
    this.#unlink(entry, slotOf(entry.dueAt));
    this.#size--;
    entry.dueAt = Infinity;
  }

  /** Stops the alarm and forgets every entry. */
  clear(): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      for (let entry = this.#slots[slot]; entry !== undefined; entry = this.#slots[slot]) this.cancel(entry);
    }
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
  }

  readonly #onAlarm = (): void => {
    this.#cancelAlarm = undefined;
    const now = this.#clock.now();
    // A timer's clock is coarser than this one, and may be early by it.
    this.#late(Math.max(0, now - this.#alarmAt));
    // What peers sent while the process stood still has come and is not read yet: nothing is held against them until it
    // is. Once only, so that a process that stutters does not put its timers off for ever.
    this.#isCatchingUp = !this.#isCatchingUp && now - this.#alarmAt > STALL_MS;
    if (this.#isCatchingUp) return this.#arm(CATCH_UP_MS);
    const last = this.#tickAt(now);
    // After a long pause each slot needs one look, not one for each turn missed.
    let tick = Math.max(this.#tick, last - SLOTS);
    // What is put back meanwhile is due after this alarm.
    this.#tick = last;
    while (tick < last) this.#look(this.#slots[++tick % SLOTS], now);
    if (this.#size > 0) this.#arm(TICK_MS);
  };

  #arm(delayMs: number): void {
    if (this.#cancelAlarm !== undefined) return;
    this.#alarmAt = this.#clock.now() + delayMs;
    this.#cancelAlarm = this.#clock.setTimer(this.#onAlarm, delayMs);
  }

  #look(first: TimerEntry | undefined, now: number): void {
    const due: TimerEntry[] = [];
    for (let entry = first; entry !== undefined; entry = entry.nextTimer) if (entry.dueAt <= now) due.push(entry);
    // The last to come stands first in its slot; the first to come is looked at first.
    for (const entry of due.reverse()) {
      // An entry looked at before may have taken this one out.
      if (entry.dueAt > now) continue;
      this.cancel(entry);
      const next = entry.onTimer(now);
      if (entry.dueAt === Infinity) this.schedule(entry, next);
    }
  }

  #link(entry: TimerEntry, slot: number): void {
    const first = this.#slots[slot];
    entry.nextTimer = first;
    if (first !== undefined) first.previousTimer = entry;
    this.#slots[slot] = entry;
  }

  #unlink(entry: TimerEntry, slot: number): void {
    const { nextTimer, previousTimer } = entry;
    if (nextTimer !== undefined) nextTimer.previousTimer = previousTimer;
    if (previousTimer !== undefined) previousTimer.nextTimer = nextTimer;
    else this.#slots[slot] = nextTimer;
    entry.nextTimer = entry.previousTimer = undefined;
  }

  #tickAt(now: number): number {
    return Math.floor(now / TICK_MS);
  }
}

/** The slot of the first tick at which an entry due at `at` is due. */
function slotOf(at: number): number {
  return Math.ceil(at / TICK_MS) % SLOTS;
}
