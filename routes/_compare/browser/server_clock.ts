/**
 * What the server's clock says beside the browser's, estimated as NTP does (RFC 5905 §8): each echo brings the server's
 * time, which is taken for that of the middle of the round trip. The shortest round trip errs least, and by no more than
 * half of its length.
 *
 * @module
 */

/** The best estimate so far. */
export interface ClockEstimate {
  /** Server's time minus browser's, in milliseconds. */
  readonly offsetMs: number;
  readonly roundTripMs: number;
  /** Which lane's round trip it was. */
  readonly over: string;
}

/** Estimates. All times are milliseconds since 1970. */
export class ServerClock {
  #best: ClockEstimate | undefined;

  get estimate(): ClockEstimate | undefined {
    return this.#best;
  }

  /** Takes one round trip in: it counts if it is the shortest. */
  sample(over: string, sentAt: number, serverAt: number, receivedAt: number): void {
    const roundTripMs = receivedAt - sentAt;
    if (roundTripMs < 0 || (this.#best && roundTripMs >= this.#best.roundTripMs)) return;
    this.#best = { offsetMs: serverAt - (sentAt + receivedAt) / 2, roundTripMs, over };
  }
}

/** Now, by a clock that nobody sets back meanwhile. */
export function browserTime(): number {
  return performance.timeOrigin + performance.now();
}
