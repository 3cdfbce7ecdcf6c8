/**
 * The Date of responses: made once a second, however many there are.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** The current date as RFC 9110 §5.6.7 writes it. */
export class HttpDate {
  readonly #clock: Pick<Clock, "wallNow">;
  #text = "";
  #second = -1;

  constructor(clock: Pick<Clock, "wallNow">) {
    this.#clock = clock;
  }

  /** `Sun, 06 Nov 1994 08:49:37 GMT`. */
  get text(): string {
    const now = this.#clock.wallNow();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(now).toUTCString();
    }
    return this.#text;
  }
}
