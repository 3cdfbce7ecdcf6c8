/**
 * Two streams of bytes over HTTP requests: what is lost is asked for again, what comes twice is skipped.
 * docs/TRANSPORTS.md.
 *
 * @module
 */
import { jittered } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { type Answer, type Call, type CallTerms, type PollExchange, told } from "./poll_exchange.ts";
import { Outgoing } from "./poll_outgoing.ts";
import { createPause, type Pause } from "./poll_pause.ts";

/** What the server says of a session that begins. */
export interface Session {
  readonly session: string;
  readonly subprotocol: string;
  readonly pollWaitMs: number;
  readonly sessionTimeoutMs: number;
  readonly maxBodyBytes: number;
}

/** What the streams need. */
export interface StreamTerms {
  readonly clock: Clock;
  readonly random: () => number;
  /** True: the server answers when there is something. */
  readonly isLong: boolean;
  /** Else: how often it is asked. */
  readonly intervalMs: number;
  /** Makes a request. */
  call(kind: PollExchange["kind"], terms: CallTerms): Call;
}

/** What happens to the streams. Nothing does after `stop`. */
export interface StreamEvents {
  /** The next bytes of the server. */
  received(bytes: Uint8Array<ArrayBuffer>): void;
  /** The last bytes were sent, and nothing is waited for: see {@linkcode PollStreams.finish}. */
  finished(): void;
  /** The server does not know the session any more. */
  gone(): void;
  /** They cannot go on. */
  failed(why: string): void;
}

/** Time for the answer to what is sent when nothing more can come. */
const LAST_MS = 3_000;

/** What a platform sends for a page that is gone is at most 64 KiB in all: Fetch §4.6. */
const KEEPALIVE_BYTES = 60_000;

/** An answer of at least that much is taken for one that left something behind. */
const FULL_BYTES = 512 * 1024;

/** An empty answer to a long poll that comes sooner is one that the server did not hold. */
const HELD_MS = 1_000;

/** Between what the wait before a request is made again lies. */
const RETRY = { minWaitMs: 200, maxWaitMs: 3_000 } as const;

/** One that asks: how often in vain, and since when. */
interface Asking {
  readonly pause: Pause;
  failures: number;
  sinceMs: number;
  call: Call | undefined;
}

/** The streams of one session. One POST and one GET are under way at most. */
export class PollStreams {
  readonly #session: Session;
  readonly #terms: StreamTerms;
  readonly #events: StreamEvents;
  readonly #outgoing = new Outgoing();
  readonly #send: Asking;
  readonly #receive: Asking;
  #received = 0;
  /** Where our stream ends. */
  #lastEnd = Infinity;
  #isReceiving = true;
  #isSending = false;
  #isHurried = false;
  /** Our last bytes may have to wait for their turn at the server. */
  #isBehind = false;
  #isStopped = false;

  constructor(session: Session, terms: StreamTerms, events: StreamEvents) {
    this.#session = session;
    this.#terms = terms;
    this.#events = events;
    const asking = () => ({ pause: createPause(terms.clock), failures: 0, sinceMs: 0, call: undefined });
    this.#send = asking();
    this.#receive = asking();
  }

  /** Bytes that the server has not acknowledged. */
  get bufferedBytes(): number {
    return this.#outgoing.end - this.#outgoing.start;
  }

  /** The last bytes have been pushed. */
  get isEnding(): boolean {
    return this.#lastEnd < Infinity;
  }

  /** The server has our stream to its end. */
  get isTaken(): boolean {
    return this.#outgoing.start >= this.#lastEnd;
  }

  /** Begins to ask for the server's stream. */
  start(): void {
    this.#keepReceiving();
  }

  /** Our next bytes. What is pushed within one turn goes together. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#outgoing.push(bytes);
    queueMicrotask(() => this.#keepSending());
  }

  /**
   * Our last bytes, which do not wait: the page may be gone in a moment. What is under way is sent again with them, the
   * request that the server holds is given up, and the next one comes when it has all of ours.
   *
   * @param isAnswer nothing more will come: they are sent once, and `finished` follows in any case.
   */
  finish(bytes: Uint8Array<ArrayBuffer>, isAnswer: boolean): void {
    this.#outgoing.push(bytes);
    this.#lastEnd = this.#outgoing.end;
    this.#isReceiving = !isAnswer;
    this.#isBehind = this.#send.call !== undefined;
    this.#receive.call?.abort();
    this.#receive.pause.wake();
    if (this.bufferedBytes <= KEEPALIVE_BYTES) {
      this.#isHurried = true;
      this.#send.call?.abort();
      this.#send.pause.wake();
    }
    this.#keepSending();
  }

  /** Sends our last bytes without waiting for anything, and stops. */
  abandon(bytes: Uint8Array<ArrayBuffer>): void {
    this.stop();
    if (this.isEnding) return;
    this.#outgoing.push(bytes);
    this.#post(LAST_MS, true);
  }

  /**
   * Says that nobody is here any more, and stops: what FIN is to TCP.
   *
   * @param isAlways also where our last bytes are on their way, and nothing before them is.
   */
  leave(isAlways: boolean): void {
    const isSaid = this.isEnding && !this.#isBehind && !isAlways;
    if (isSaid) this.#send.call = undefined;
    this.stop();
    if (isSaid) return;
    this.#terms.call("leave", { method: "DELETE", headers: this.#headers(), timeoutMs: LAST_MS, keepalive: true });
  }

  /** No more. */
  stop(): void {
    this.#isStopped = true;
    for (const { call, pause } of [this.#send, this.#receive]) {
      call?.abort();
      pause.wake();
    }
  }

  #headers(): Record<string, string> {
    return { "Sockeye-Session": this.#session.session, "Sockeye-Acknowledge": String(this.#received) };
  }

  #post(timeoutMs: number, isLast: boolean): Call {
    const body = this.#outgoing.piece(this.#session.maxBodyBytes);
    const headers = { ...this.#headers(), "Sockeye-Sequence": String(this.#outgoing.start) };
    return this.#terms.call("send", { headers, body, timeoutMs, keepalive: isLast && body.length <= KEEPALIVE_BYTES });
  }

  async #keepSending(): Promise<void> {
    const { clock, isLong } = this.#terms;
    const asking = this.#send;
    if (this.#isSending || this.#isStopped || !this.bufferedBytes) return;
    this.#isSending = true;
    asking.failures = 0;
    while (!this.#isStopped && this.bufferedBytes) {
      this.#isHurried = false;
      if (!asking.failures) asking.sinceMs = clock.now();
      // An answer may be held back for as long as the route is busy: what it is about has arrived long before.
      const timeoutMs = this.#isReceiving ? this.#session.sessionTimeoutMs / 2 : LAST_MS;
      asking.call = this.#post(timeoutMs, this.isEnding && !asking.failures);
      const answer = await asking.call.answer;
      asking.call = undefined;
      if (this.#isStopped) return;
      if (this.#hasTaken(answer)) {
        asking.failures = 0;
        // The answer to it may be there already.
        if (!isLong || this.isTaken) this.#receive.pause.wake();
      } else if (!this.#isHurried) {
        if (!this.#isReceiving) break;
        await this.#again(asking, answer);
      }
    }
    this.#isSending = false;
    if (!this.#isReceiving && !this.#isStopped) this.#events.finished();
  }

  /** @returns true when the server has taken something. */
  #hasTaken(answer: Answer | undefined): boolean {
    if (!answer || !this.#isOurs(answer, [204, 409])) return false;
    const position = positionOf(answer, "sockeye-acknowledge");
    const before = this.#outgoing.start;
    if (position === undefined) return false;
    if (this.#outgoing.acknowledge(position)) return position > before;
    // 409: it does not have what it had.
    if (answer.status === 409 || position > before) {
      this.#fail(`the server says it has ${position} bytes, and was sent ${before} to ${this.#outgoing.end}`);
    }
    return false;
  }

  async #keepReceiving(): Promise<void> {
    const { clock, isLong, intervalMs } = this.#terms;
    const { pollWaitMs, sessionTimeoutMs } = this.#session;
    // Where no answer comes, there is still time to ask once more.
    const timeoutMs = ((isLong ? pollWaitMs : 0) + sessionTimeoutMs) / 2;
    const asking = this.#receive;
    let emptyAnswers = 0;
    while (!this.#isStopped && this.#isReceiving) {
      if (this.isEnding && !this.isTaken) {
        await asking.pause.wait(Infinity);
        continue;
      }
      const begunMs = clock.now();
      if (!asking.failures) asking.sinceMs = begunMs;
      asking.call = this.#terms.call("receive", { headers: this.#headers(), timeoutMs });
      const answer = await asking.call.answer;
      asking.call = undefined;
      if (this.#isStopped) return;
      const size = this.#takeIn(answer);
      const tookMs = clock.now() - begunMs;
      if (size === undefined) {
        // Given up for our last bytes, it has not failed.
        if (!this.isEnding || this.isTaken) await this.#again(asking, answer);
        continue;
      }
      asking.failures = 0;
      const isEmpty = isLong && size === 0 && tookMs < HELD_MS;
      emptyAnswers = isEmpty ? emptyAnswers + 1 : 0;
      if (isEmpty) await asking.pause.wait(this.#waitMs(emptyAnswers));
      else if (!isLong && size < FULL_BYTES) await asking.pause.wait(intervalMs - tookMs);
    }
  }

  /** @returns how much of it was new; undefined when it was no answer. */
  #takeIn(answer: Answer | undefined): number | undefined {
    if (!answer || !this.#isOurs(answer, [200, 204])) return undefined;
    if (answer.status === 204) return 0;
    const sequence = positionOf(answer, "sockeye-sequence");
    // One that begins later than what has come is not for this request.
    if (sequence === undefined || sequence > this.#received) return undefined;
    const fresh = answer.body.subarray(this.#received - sequence);
    this.#received += fresh.length;
    if (fresh.length) this.#events.received(fresh);
    return fresh.length;
  }

  /** @returns true for one of these statuses. All others are the end, but for those that a proxy gives. */
  #isOurs({ status, ...answer }: Answer, expected: readonly number[]): boolean {
    if (status === 410) this.#events.gone();
    else if (!expected.includes(status) && !isTransient(status)) this.#fail(told({ status, ...answer }));
    return expected.includes(status);
  }

  /** Before a request is made again. */
  async #again(asking: Asking, answer: Answer | undefined): Promise<void> {
    if (this.#isStopped) return;
    if (this.#terms.clock.now() - asking.sinceMs >= this.#session.sessionTimeoutMs) return this.#fail(told(answer));
    await asking.pause.wait(this.#waitMs(asking.failures++));
  }

  #waitMs(n: number): number {
    return jittered(n, { ...RETRY, random: this.#terms.random });
  }

  #fail(why: string): void {
    if (this.#isStopped) return;
    this.stop();
    this.#events.failed(why);
  }
}

/** What a proxy may say of a server that is there. */
function isTransient(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

function positionOf({ headers }: Answer, name: string): number | undefined {
  const text = headers.get(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
