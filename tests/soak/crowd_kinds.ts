/**
 * The crowds of a soak: what each is told, and what it tells at the end. Types only.
 *
 * @module
 */
import type { DurationCounts } from "./statistics.ts";

/** Which clients. */
export type CrowdKind = "idle" | "echoes" | "rooms" | "polls" | "churn";

/** What a crowd is told. */
export interface CrowdOrder {
  readonly port: number;
  /** How many clients; of `churn`: how many come in a second. */
  readonly count: number;
}

/** What a crowd tells in the end. */
export interface CrowdReport {
  /** By name, for the report. */
  readonly counts: Readonly<Record<string, number>>;
  /** How connections ended that nobody meant to end, by code. */
  readonly closed: Readonly<Record<string, number>>;
  /** What must not be, in words. */
  readonly faults: readonly string[];
  /** Round trips, by name. */
  readonly durations: Readonly<Record<string, DurationCounts>>;
}

/** Clients that are connected, and do what they do until they are stopped. */
export interface Crowd {
  /** Forgets the round trips so far: what comes is measured. */
  begin(): void;
  /** Ends all, and tells. */
  stop(): Promise<CrowdReport>;
}
