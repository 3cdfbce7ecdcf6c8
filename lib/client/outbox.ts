/**
 * What the application sends and asks: at once while there is a connection, kept within a bound while there is none.
 *
 * @module
 */
import type { ClientHeader } from "../subprotocol/mod.ts";
import { closed, SockeyeError, unsupported } from "./client_error.ts";
import type { Link } from "./link.ts";
import type { Options } from "./options.ts";
import type { Unanswered } from "./unanswered.ts";
import { byteLengthOf, type Payload, type ServerMessage } from "./wire.ts";

/** How long to wait for an answer. */
export interface RequestOptions {
  /** From the call on, the time without a connection included. Default: 10 000. */
  readonly timeoutMs?: number;
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal;
}

/** One message, or one question. */
interface Outgoing {
  payload: Payload;
  /** Bytes while it waits. */
  heldBytes: number;
  /** Begins a question, and says what is to stand in front of the payload. */
  readonly ask?: () => ClientHeader;
  /** There will be no answer. */
  readonly fail?: (error: unknown) => void;
  /** Of a question that lets others pass by: whether it can be asked. */
  readonly isReady?: (() => boolean) | undefined;
}

/** How long an answer may take where nobody says. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Sends in order. */
export class Outbox {
  readonly #unanswered: Unanswered;
  readonly #options: Options;
  readonly #waiting = new Set<Outgoing>();
  /** Bytes of what waits. */
  bufferedBytes = 0;
  #link: Link | undefined;
  #mayPass = false;

  constructor(unanswered: Unanswered, options: Options) {
    this.#unanswered = unanswered;
    this.#options = options;
  }

  /** There is a connection; until {@linkcode flush} what is sent passes by what has been waiting. */
  attach(link: Link): void {
    this.#link = link;
    this.#mayPass = true;
  }

  /** Sends what waits, as far as that goes. */
  flush(): void {
    this.#mayPass = false;
    for (const outgoing of this.#waiting) {
      if (this.#write(outgoing)) this.#drop(outgoing);
      else if (!outgoing.isReady) return;
    }
  }

  /** There is no connection. */
  detach(): void {
    this.#link = undefined;
  }

  /** Nothing will ever be sent again. */
  stop(): void {
    for (const { fail } of this.#waiting) fail?.(closed());
  }

  /**
   * Sends an application message.
   *
   * @throws {DOMException} `QuotaExceededError` when too much waits.
   */
  send(payload: Payload): void {
    this.#send({ payload, heldBytes: 0 });
  }

  /** Asks. Rejects with what the server says against it, or with why there is no answer. */
  ask(
    payload: Payload,
    headerOf: (id: number) => ClientHeader,
    { timeoutMs = REQUEST_TIMEOUT_MS, signal }: RequestOptions = {},
    isReady?: () => boolean,
  ): Promise<ServerMessage> {
    return new Promise((resolve, reject) => {
      const done = () => {
        cancel();
        signal?.removeEventListener("abort", onAbort);
        this.#drop(outgoing);
      };
      const fail = (error: unknown) => {
        done();
        reject(error);
      };
      const onAbort = () => fail(signal?.reason);
      const onAnswer = (answer: ServerMessage | undefined) => {
        if (!answer) return fail(new SockeyeError("lost", "the connection broke"));
        const [kind, , code, reason] = answer.header;
        if (kind === "err") return fail(new SockeyeError(code, reason));
        done();
        resolve(answer);
      };
      const ask = () => headerOf(this.#unanswered.begin(onAnswer));
      const outgoing: Outgoing = { payload, heldBytes: 0, ask, fail, isReady };
      const cancel = this.#options.clock.setTimer(
        () => fail(new DOMException("no answer", "TimeoutError")),
        timeoutMs,
      );
      signal?.addEventListener("abort", onAbort);
      try {
        signal?.throwIfAborted();
        this.#send(outgoing);
      } catch (error) {
        fail(error);
      }
    });
  }

  #send(outgoing: Outgoing): void {
    if (this.#mayPass && this.#write(outgoing)) return;
    this.#waiting.add(outgoing);
    if (!this.#mayPass) this.flush();
    if (!this.#waiting.has(outgoing)) return;
    // Whose bytes they are may change them from now on.
    if (outgoing.payload instanceof Uint8Array) outgoing.payload = outgoing.payload.slice();
    this.bufferedBytes += outgoing.heldBytes = byteLengthOf(outgoing.payload);
    if (this.bufferedBytes <= this.#options.maxBufferedBytes) return;
    this.#drop(outgoing);
    throw new DOMException("maxBufferedBytes", "QuotaExceededError");
  }

  /** @returns false when it cannot be sent now. */
  #write({ payload, ask, fail, isReady }: Outgoing): boolean {
    const link = this.#link;
    if (!link?.isWritable() || (ask && this.#unanswered.isFull()) || isReady?.() === false) return false;
    if (ask && link.hasNoHeaders()) fail?.(unsupported());
    else link.send(payload, ask?.());
    return true;
  }

  #drop(outgoing: Outgoing): void {
    if (this.#waiting.delete(outgoing)) this.bufferedBytes -= outgoing.heldBytes;
  }
}
