/**
 * What a client comes over: which transport the next attempt is made with. docs/CLIENT.md §Transports.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** What the bytes of a connection cross. */
export type Transport = "websocket" | "long-poll" | "poll";

/** All of them, as they are tried. */
export const TRANSPORTS: readonly Transport[] = ["websocket", "long-poll", "poll"];

/** What has worked is tried so many more times in a row before anything else. */
const PATIENCE = 2;

/** After so long on another transport, it may be that the first one is possible by now. */
const FALLBACK_MS = 300_000;

/** How long an attempt may take. */
interface LimitTerms {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly fallbackAfterMs: number;
}

/** Remembers what has worked. */
export interface TransportChoice {
  /**
   * An attempt begins.
   *
   * @returns what it is made with, and how long it may take: less, where it is the first transport and another one
   * follows at once.
   */
  choose(): readonly [Transport, limitMs: number];
  /** It has led to a connection. */
  worked(): void;
  /** It has not. @returns true when the next one, with another transport, is to be made at once. */
  moveOn(): boolean;
}

/** For one client. @param transports in the order in which they are tried; at least one. */
export function createTransportChoice(
  transports: readonly Transport[],
  { clock, connectTimeoutMs, fallbackAfterMs }: LimitTerms,
): TransportChoice {
  let at = 0;
  let patience = 0;
  // When the one before was left.
  let leftAt = 0;
  const hasNext = () => patience <= 0 && at + 1 < transports.length;
  return {
    choose() {
      if (clock.now() - leftAt >= FALLBACK_MS) at = 0;
      return [transports[at]!, Math.min(connectTimeoutMs, at || !hasNext() ? Infinity : fallbackAfterMs)];
    },
    worked() {
      patience = at ? 0 : PATIENCE;
    },
    moveOn() {
      const isNext = hasNext();
      patience--;
      leftAt = clock.now();
      at = isNext ? at + 1 : 0;
      return isNext;
    },
  };
}
