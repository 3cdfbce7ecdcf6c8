/**
 * Notices that a connection is dead: a browser shows pings to nobody, so that the client sends its own.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** When to ask, and how long to wait. */
export interface HeartbeatTerms {
  /** Silence after which is asked. 0: never. */
  readonly pingIntervalMs: number;
  /** Silence after that which ends the connection. */
  readonly pongTimeoutMs: number;
}

/** A timer that fires so much too late slept, or was held back: what came meanwhile may still have to be read. */
const LATE_MS = 1_000;

/** Watches one connection. */
export interface Heartbeat {
  /** Something has come. */
  heard(): void;
  /** Asks now, and waits this long. */
  probe(timeoutMs: number): void;
  /** No more. */
  stop(): void;
}

/**
 * Watches a connection that has just begun.
 *
 * @param ping asks.
 * @param dead is told that nothing came.
 */
export function createHeartbeat(
  { clock, pingIntervalMs, pongTimeoutMs }: HeartbeatTerms & { readonly clock: Clock },
  ping: () => void,
  dead: () => void,
): Heartbeat {
  let heardAt = clock.now();
  let isHeard = false;
  let cancel = () => {};
  const wait = (ms: number, then: () => void) => {
    cancel();
    cancel = clock.setTimer(then, ms);
  };
  const watch = () => {
    if (!pingIntervalMs) return;
    const leftMs = heardAt + pingIntervalMs - clock.now();
    if (leftMs > 0) wait(leftMs, watch);
    else probe(pongTimeoutMs);
  };
  const probe = (timeoutMs: number, isLast = false) => {
    const lateAt = clock.now() + timeoutMs + LATE_MS;
    isHeard = false;
    wait(timeoutMs, () => {
      if (isHeard) watch();
      else if (!isLast && clock.now() > lateAt) probe(timeoutMs, true);
      else dead();
    });
    ping();
  };
  watch();
  return {
    heard() {
      heardAt = clock.now();
      isHeard = true;
    },
    probe: (timeoutMs) => probe(timeoutMs),
    stop: () => cancel(),
  };
}
