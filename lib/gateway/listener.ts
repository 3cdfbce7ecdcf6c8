/**
 * Accepting connections, whatever happens: an error of one accept never ends the loop.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** What accepts connections: `Deno.Listener` does. */
export interface Acceptor<Accepted> {
  accept(): Promise<Accepted>;
  close(): void;
}

/** What the loop tells. */
export interface AcceptEvents<Accepted> {
  accepted(connection: Accepted): void;
  /** An accept failed; the loop goes on. */
  failed(error: unknown): void;
}

/** So long the loop rests when the process has no file descriptors left: others must be closed first. */
const EXHAUSTED_WAIT_MS = 50;

/** The loop over one listening socket. */
export class Listener<Accepted> {
  readonly #acceptor: Acceptor<Accepted>;
  readonly #events: AcceptEvents<Accepted>;
  readonly #clock: Clock;
  #isClosed = false;
  #cancelWait: (() => void) | undefined;
  #endWait: (() => void) | undefined;

  constructor(acceptor: Acceptor<Accepted>, events: AcceptEvents<Accepted>, clock: Clock) {
    this.#acceptor = acceptor;
    this.#events = events;
    this.#clock = clock;
  }

  /** Accepts until {@linkcode close}. Never rejects. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#events.accepted(await this.#acceptor.accept());
      } catch (error) {
        if (this.#isClosed) return;
        this.#events.failed(error);
        // A peer that was gone before it was accepted is no reason to wait.
        if (!isGone(error)) await this.#rest();
      }
    }
  }

  /** Ends the loop and closes the listening socket. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelWait?.();
    this.#endWait?.();
    this.#acceptor.close();
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#endWait = resolve;
      this.#cancelWait = this.#clock.setTimer(resolve, EXHAUSTED_WAIT_MS);
    });
  }
}

/** Whether an accept failed because the peer was gone before it: nothing is wrong here then. */
export function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionReset;
}
