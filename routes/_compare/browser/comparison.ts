/**
 * The three lanes together: started, stopped, and what they have carried second by second.
 *
 * @module
 */
import type { Lane } from "./lane.ts";
import { totalBytes } from "./traffic.ts";

/** By what the page may be told to be sent events. */
export const RATES = [1, 4, 20] as const;

/** A comparison that nobody stops ends by itself. */
export const LONGEST_RUN_MS = 600_000;

/** The lanes and their history. */
export class Comparison {
  readonly lanes: readonly Lane[];
  readonly #now: () => number;
  #startedAt = 0;
  #endedAt = 0;
  #isRunning = false;
  #path = "";
  readonly #leftOut = new Set<Lane>();
  #columns: number[][] = [];

  constructor(lanes: readonly Lane[], now: () => number) {
    this.lanes = lanes;
    this.#now = now;
    this.#clear();
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Since the start, or up to the end. */
  get elapsedMs(): number {
    return (this.#isRunning ? this.#now() : this.#endedAt) - this.#startedAt;
  }

  /** Seconds since the start, and for each lane the bytes that it had put on the wire by then. */
  get columns(): readonly (readonly number[])[] {
    return this.#columns;
  }

  start(rate: number): void {
    this.#startedAt = this.#endedAt = this.#now();
    this.#isRunning = true;
    this.#clear();
    this.#path = `/compare?rate=${rate}`;
    for (const lane of this.lanes) {
      if (!this.#leftOut.has(lane)) lane.start(this.#path);
    }
  }

  /** Whether a lane takes part. */
  has(lane: Lane): boolean {
    return !this.#leftOut.has(lane);
  }

  /** Leaves a lane out, or has it take part again. */
  toggle(lane: Lane): void {
    if (!this.#leftOut.delete(lane)) {
      this.#leftOut.add(lane);
      lane.stop();
    } else if (this.#isRunning) lane.start(this.#path);
  }

  stop(): void {
    if (!this.#isRunning) return;
    this.#endedAt = this.#now();
    this.#isRunning = false;
    for (const lane of this.lanes) lane.stop();
  }

  /** Writes down what each lane has carried, at most once in half a second; and ends what went on for too long. */
  note(): void {
    if (!this.#isRunning) return;
    const seconds = this.elapsedMs / 1_000;
    if (this.elapsedMs >= LONGEST_RUN_MS) this.stop();
    if (seconds - this.#columns[0]!.at(-1)! < 0.5) return;
    const sums = this.lanes.map(({ meter: { traffic: { up, down } } }) => totalBytes(up) + totalBytes(down));
    // New arrays: the chart keeps those it was given.
    this.#columns = this.#columns.map((column, index) => [...column, index === 0 ? seconds : sums[index - 1]!]);
  }

  #clear(): void {
    this.#columns = [[0], ...this.lanes.map(() => [0])];
  }
}
