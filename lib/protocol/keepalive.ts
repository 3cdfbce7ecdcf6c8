/**
 * Keepalive arithmetic: when to ping, when to give up, and when to look again. The clock is passed in.
 *
 * Any byte from the peer is a sign of life. While the server itself does not read (a full queue, backpressure), nothing
 * is held against the peer: the deadlines that depend on its bytes stand still.
 *
 * @module
 */
import type { ViolationName } from "../frame/mod.ts";

/** Waits of one connection, in milliseconds; 0 switches one off. */
export interface KeepaliveOptions {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly messageTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly closeTimeoutMs: number;
}

/** What is due: nothing, a ping, or the end. */
export type KeepaliveAction = "none" | "ping" | ViolationName;

/** "Not running". Times are milliseconds of a monotonic clock that starts above 0. */
const OFF = -1;

/**
 * The waits of one connection.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Keepalive } from "./keepalive.ts";
 *
 * const keepalive = new Keepalive({
 *   pingIntervalMs: 25_000,
 *   pongTimeoutMs: 8_000,
 *   messageTimeoutMs: 60_000,
 *   writeTimeoutMs: 30_000,
 *   idleTimeoutMs: 0,
 *   closeTimeoutMs: 10_000,
 * }, 1_000);
 * assertEquals(keepalive.check(25_000), "none");
 * assertEquals(keepalive.check(26_000), "ping");
 * assertEquals(keepalive.check(34_000), "PONG_TIMEOUT");
 * ```
 */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  #receivedAt: number;
  #activeAt: number;
  #pingSentAt = OFF;
  #messageBeganAt = OFF;
  #writeBeganAt = OFF;
  #closeBeganAt = OFF;
  #pausedAt = OFF;
  #expiresAt = Infinity;

  constructor(options: KeepaliveOptions, now: number) {
    this.#options = options;
    this.#receivedAt = now;
    this.#activeAt = now;
  }

  /** Bytes arrived. @returns how long ago the ping was sent that they answer, if there was one. */
  received(now: number): number | undefined {
    this.#receivedAt = now;
    if (this.#pingSentAt === OFF) return undefined;
    const tookMs = now - this.#pingSentAt;
    this.#pingSentAt = OFF;
    return tookMs;
  }

  /** A data message passed, in either direction. */
  active(now: number): void {
    this.#activeAt = now;
  }

  /** After a chunk: whether it ended inside a message or a frame, and whether that began in it. */
  insideMessage(isInside: boolean, hasBegun: boolean, now: number): void {
    if (!isInside) this.#messageBeganAt = OFF;
    else if (hasBegun || this.#messageBeganAt === OFF) this.#messageBeganAt = now;
  }

  /** A write was started, or went on after a part was taken. */
  writing(now: number): void {
    this.#writeBeganAt = now;
  }

  /** No write is pending. */
  written(): void {
    this.#writeBeganAt = OFF;
  }

  /** Our Close frame was appended, or the transport is being ended. Only the first call counts. */
  closing(now: number): void {
    if (this.#closeBeganAt === OFF) this.#closeBeganAt = now;
  }

  /** True when the closing began at least so long ago. */
  isClosingFor(durationMs: number, now: number): boolean {
    return isDue(this.#closeBeganAt, durationMs, now);
  }

  /** The server stopped reading. */
  paused(now: number): void {
    if (this.#pausedAt === OFF) this.#pausedAt = now;
  }

  /** The server reads again: the time in between does not count. */
  resumed(now: number): void {
    if (this.#pausedAt === OFF) return;
    const lost = now - this.#pausedAt;
    this.#pausedAt = OFF;
    this.#receivedAt = shift(this.#receivedAt, lost, now);
    this.#activeAt = shift(this.#activeAt, lost, now);
    this.#pingSentAt = shift(this.#pingSentAt, lost, now);
    this.#messageBeganAt = shift(this.#messageBeganAt, lost, now);
  }

  /** The peer may stay until then, whatever it does; `Infinity` for ever. */
  expireAt(at: number): void {
    this.#expiresAt = at;
  }

  /** What is due now. After "ping" the pong's deadline runs. */
  check(now: number): KeepaliveAction {
    const options = this.#options;
    if (isDue(this.#closeBeganAt, options.closeTimeoutMs, now)) return "CLOSE_TIMEOUT";
    if (isDue(this.#writeBeganAt, options.writeTimeoutMs, now)) return "WRITE_TIMEOUT";
    if (this.#closeBeganAt !== OFF) return "none";
    if (this.#expiresAt <= now) return "TOKEN_EXPIRED";
    if (this.#pausedAt === OFF) {
      if (isDue(this.#pingSentAt, options.pongTimeoutMs, now)) return "PONG_TIMEOUT";
      if (isDue(this.#messageBeganAt, options.messageTimeoutMs, now)) return "MESSAGE_TIMEOUT";
      if (isDue(this.#activeAt, options.idleTimeoutMs, now)) return "IDLE_TIMEOUT";
    }
    if (!this.#mayPing || !isDue(this.#receivedAt, options.pingIntervalMs, now)) return "none";
    this.#pingSentAt = now;
    return "ping";
  }

  /** When {@linkcode check} may next have something to say, if nothing happens before; `Infinity` for never. */
  get nextCheckAt(): number {
    const options = this.#options;
    let at = Math.min(
      deadline(this.#closeBeganAt, options.closeTimeoutMs),
      deadline(this.#writeBeganAt, options.writeTimeoutMs),
    );
    if (this.#closeBeganAt !== OFF) return at;
    at = Math.min(at, this.#expiresAt);
    if (this.#pausedAt === OFF) {
      at = Math.min(at, deadline(this.#activeAt, options.idleTimeoutMs));
      at = Math.min(at, deadline(this.#messageBeganAt, options.messageTimeoutMs));
      at = Math.min(at, deadline(this.#pingSentAt, options.pongTimeoutMs));
    }
    return this.#mayPing ? Math.min(at, deadline(this.#receivedAt, options.pingIntervalMs)) : at;
  }

  /** No ping behind a stuck write (it could not go out), and none while one is unanswered or we do not read. */
  get #mayPing(): boolean {
    return this.#pingSentAt === OFF && this.#writeBeganAt === OFF && this.#pausedAt === OFF;
  }
}

/** Leaves out lost time; what happened within it counts from its end. */
function shift(at: number, lostMs: number, now: number): number {
  return at === OFF ? OFF : Math.min(at + lostMs, now);
}

function deadline(beganAt: number, waitMs: number): number {
  return beganAt === OFF || waitMs === 0 ? Infinity : beganAt + waitMs;
}

function isDue(beganAt: number, waitMs: number, now: number): boolean {
  return deadline(beganAt, waitMs) <= now;
}
