/**
 * The pipe between the gateway and one place where route code runs. Types only.
 *
 * @module
 */

import type { TakeRecord } from "./wire.ts";

/** One side of a pipe that carries batches of records. */
export interface Channel {
  /**
   * Sends a batch, whose buffer is the channel's from now on.
   *
   * @returns a promise when the next one has to wait for it; it never rejects.
   */
  send(batch: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** Ends the other side, whatever it does. {@linkcode ChannelEvents.onClosed} follows. */
  kill(): void;
}

/** What a channel tells. */
export interface ChannelEvents {
  /** A record; its bytes are valid until this returns. */
  readonly take: TakeRecord;
  /** The other side is gone. Once, last. The reason is for a person. */
  onClosed(reason: string): void;
}
