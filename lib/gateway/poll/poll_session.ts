/**
 * One session of a client that asks: which requests carry its two streams, which wait, and when it is given up.
 *
 * @module
 */
import type { BufferPool } from "../buffer_pool.ts";
import type { Clock } from "../clock.ts";
import type { MemoryBudget } from "../memory_budget.ts";
import type { TimerEntry, TimerWheel } from "../timer_wheel.ts";
import type { Turn } from "../turn.ts";
import type { PollAsk } from "./poll_ask.ts";
import { type PollEvents, type PollName, PollTransport } from "./poll_transport.ts";

/** What a session needs of the gateway. */
export interface PollHost {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly wheel: TimerWheel;
  readonly memory: Pick<MemoryBudget, "add">;
  readonly options: { readonly pollWaitMs: number; readonly sessionTimeoutMs: number };
}

/** Who the session is of. */
export interface PollSessionParts {
  readonly name: PollName;
  readonly remoteAddress: string;
  readonly pool: BufferPool;
  /** It is over. */
  ended(): void;
}

/** Another time it could be taken. */
const RETRY_AFTER_SECONDS = "1";

/** A request that is held. */
interface Held {
  release(): void;
}

/** A session, from its first request to the end of its transport. */
export class PollSession implements PollEvents, TimerEntry {
  dueAt = Infinity;
  nextTimer: TimerEntry | undefined = undefined;
  previousTimer: TimerEntry | undefined = undefined;
  readonly transport: PollTransport;
  readonly #host: PollHost;
  readonly #ended: () => void;
  /** Gives the client up. */
  #giveUp: () => void = () => {};
  /** So many bytes of the client's stream have come. */
  #received = 0;
  /** The request that waits for something to be told. */
  #parked: Held | undefined;
  /** Those that wait for what they brought to be taken. */
  readonly #sending = new Set<Held>();
  #heldBytes = 0;
  #seenAt: number;
  #isGone = false;

  constructor(host: PollHost, { name, remoteAddress, pool, ended }: PollSessionParts) {
    this.#host = host;
    this.#ended = ended;
    this.#seenAt = host.clock.now();
    this.transport = new PollTransport(name, this, remoteAddress, host.turn, pool);
  }

  /** From now on, a client that asks nothing for `sessionTimeoutMs` is given up. @param giveUp ends its connection. */
  watch(giveUp: () => void): void {
    this.#giveUp = giveUp;
    this.#host.wheel.schedule(this, this.#seenAt + this.#host.options.sessionTimeoutMs);
  }

  /** Takes a request. @param signal aborted when nobody waits for the answer any more. */
  async answer(ask: PollAsk, body: Uint8Array, signal: AbortSignal): Promise<Response> {
    this.#seenAt = this.#host.clock.now();
    if (ask.acknowledge > this.transport.offeredEnd) {
      return refusal(400, "Sockeye-Acknowledge is beyond what was sent: name what has arrived.");
    }
    // An answer may overtake another: what was acknowledged once stays so.
    if (ask.acknowledge > this.transport.acknowledged) this.transport.acknowledge(ask.acknowledge);
    const response = await this.#answer(ask, body, signal);
    this.#seenAt = this.#host.clock.now();
    return response;
  }

  #answer(ask: PollAsk, body: Uint8Array, signal: AbortSignal): Response | Promise<Response> {
    switch (ask.method) {
      case "GET":
        return this.#receive(signal);
      case "POST":
        return this.#send(ask.sequence, body, signal);
      case "DELETE":
        this.transport.bringEnd();
        return new Response(null, { status: 204 });
    }
  }

  onTimer(now: number): number {
    const { sessionTimeoutMs } = this.#host.options;
    const isHere = this.#parked !== undefined || this.#sending.size > 0;
    if (isHere) return now + sessionTimeoutMs;
    if (now - this.#seenAt < sessionTimeoutMs) return this.#seenAt + sessionTimeoutMs;
    this.#giveUp();
    return Infinity;
  }

  // What the transport tells.

  onOutput(): void {
    this.#parked?.release();
  }

  onTaken(): void {
    this.#holdBytes(0);
    for (const held of [...this.#sending]) held.release();
  }

  onGone(): void {
    this.#isGone = true;
    this.#host.wheel.cancel(this);
    this.onOutput();
    this.onTaken();
    this.#ended();
  }

  /** The newest of several is the one that waits. */
  async #receive(signal: AbortSignal): Promise<Response> {
    this.#parked?.release();
    if (!this.#hasSomethingToSay) {
      const isPolling = this.transport.name === "poll";
      await this.#hold((held) => this.#parked = held, isPolling ? 0 : this.#host.options.pollWaitMs, signal);
    }
    const offered = this.transport.offer();
    if (offered.length > 0 && !signal.aborted) return this.#frames(offered);
    return this.#isGone || this.transport.isWriteClosed ? gone() : nothing();
  }

  get #hasSomethingToSay(): boolean {
    return this.#isGone || this.transport.isWriteClosed || this.transport.offer().length > 0;
  }

  #frames(offered: readonly Uint8Array<ArrayBuffer>[]): Response {
    const sequence = this.transport.acknowledged;
    // A copy: what is acknowledged may be overwritten before the socket has taken the answer.
    const body = new Uint8Array(this.transport.offeredEnd - sequence);
    let at = 0;
    for (const bytes of offered) {
      body.set(bytes, at);
      at += bytes.length;
    }
    return new Response(body, {
      headers: { "content-type": "application/octet-stream", "sockeye-sequence": String(sequence) },
    });
  }

  async #send(sequence: number, body: Uint8Array, signal: AbortSignal): Promise<Response> {
    // Both sides have said their last: whatever comes says that the client knows.
    if (this.transport.isWriteClosed) this.transport.bringEnd();
    if (this.#isNew(sequence, body) && !this.transport.hasTaken) {
      await this.#taken(signal);
      if (!this.transport.hasTaken) {
        return refusal(503, "A handler is busy: send the same again.", { "retry-after": RETRY_AFTER_SECONDS });
      }
    }
    if (this.#isGone) return gone();
    if (sequence > this.#received) return this.#told(409, "Sockeye-Sequence is beyond what has arrived.");
    if (this.#isNew(sequence, body)) {
      const fresh = body.subarray(this.#received - sequence);
      this.#received += fresh.length;
      this.#holdBytes(fresh.length);
      // What is brought next waits for this to be taken: so a sender is made to wait.
      this.transport.bring(fresh);
    }
    return this.#told(204);
  }

  /** Reports what was brought and is not taken yet. */
  #holdBytes(count: number): void {
    if (count === this.#heldBytes) return;
    this.#host.memory.add(count - this.#heldBytes);
    this.#heldBytes = count;
  }

  #isNew(sequence: number, body: Uint8Array): boolean {
    return sequence + body.length > this.#received;
  }

  #taken(signal: AbortSignal): Promise<void> {
    return this.#hold((held) => this.#sending.add(held), this.#host.options.pollWaitMs, signal);
  }

  #told(status: 204 | 409, message?: string): Response {
    const headers = { "sockeye-acknowledge": String(this.#received) };
    return message === undefined ? new Response(null, { status, headers }) : refusal(status, message, headers);
  }

  /** Holds a request until it is released, or so much time has passed; zero is as soon as the others had their turn. */
  #hold(keep: (held: Held) => void, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let cancel = (): void => {};
      const held: Held = {
        release: () => {
          cancel();
          signal.removeEventListener("abort", held.release);
          if (this.#parked === held) this.#parked = undefined;
          this.#sending.delete(held);
          resolve();
        },
      };
      keep(held);
      signal.addEventListener("abort", held.release, { once: true });
      if (waitMs > 0) cancel = this.#host.clock.setTimer(held.release, waitMs);
      else this.#host.turn.later(held.release);
    });
  }
}

function nothing(): Response {
  return new Response(null, { status: 204 });
}

function gone(): Response {
  return refusal(410, "This session is over: begin another.");
}

function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${message}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}
