/**
 * How often code came to serve since the start, and what became of the peers.
 *
 * @module
 */
import type { SwapReport } from "../gateway/mod.ts";

/** What an activation, a promotion, a rollback or a reload came to. */
export class ActivationCounts {
  /** The new code serves. */
  done = 0;
  /** What served before goes on. */
  failed = 0;
  /** Peers that new code has taken over, again and again. */
  moved = 0;
  /** Peers whose route was gone. */
  dismissed = 0;
  /** Peers that could not be resumed. */
  lost = 0;

  /** The new code serves. */
  add({ moved, dismissed, lost }: SwapReport): void {
    this.done++;
    this.moved += moved;
    this.dismissed += dismissed;
    this.lost += lost;
  }
}
