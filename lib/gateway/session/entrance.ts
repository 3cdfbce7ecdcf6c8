/**
 * The way in to routes that ask who somebody is: their code sees a peer once its token was found good.
 *
 * @module
 */
import type { ViolationName } from "../../frame/mod.ts";
import type { Admission } from "../../route/mod.ts";
import type { PeerEvents } from "../../route/table.ts";
import type { Clock } from "../clock.ts";

/** What an entrance needs of its connection. */
export interface EntranceHost {
  readonly clock: Clock;
  readonly authTimeoutMs: number;
  /** Ends the connection. */
  violate(violation: ViolationName): void;
  /** The peer has entered; its `open` comes next. */
  entered(): void;
  /** It may stay for so long, counted from now; `Infinity` for good. */
  expireIn(ms: number): void;
}

/** Who stands there. */
export interface EntranceRules {
  /** Whether the route asks for a token. */
  readonly asks: boolean;
  /** The route has let it in when it was asked for the upgrade. */
  readonly admission: Admission | undefined;
  /** The token that came with the handshake. */
  readonly token: string | undefined;
  /** Whether one may still come. */
  readonly mayBring: boolean;
  /** The route has refused it, whatever it brings. */
  readonly refusedFor: ViolationName | undefined;
}

/** One peer at the entrance; it stays the same when its code is swapped. */
export class Entrance {
  readonly #host: EntranceHost;
  readonly #rules: EntranceRules;
  #isEntered = false;
  #isOver = false;
  #cancelWait = () => {};

  constructor(host: EntranceHost, rules: EntranceRules) {
    this.#host = host;
    this.#rules = rules;
  }

  /** Whether its code knows of the peer. */
  get isEntered(): boolean {
    return this.#isEntered;
  }

  /** The connection is open. */
  open(events: PeerEvents): void | Promise<void> {
    const { asks, admission, token, mayBring, refusedFor } = this.#rules;
    if (refusedFor !== undefined) return this.#host.violate(refusedFor);
    if (admission !== undefined) return this.#decide(events, admission);
    if (!asks) return this.#enter(events);
    if (token !== undefined) return this.bring(events, token);
    if (!mayBring) return this.#host.violate("TOKEN_MISSING");
    const { clock, authTimeoutMs } = this.#host;
    this.#cancelWait = clock.setTimer(() => this.#host.violate("TOKEN_MISSING"), authTimeoutMs);
  }

  /** A token has come: the first, or another for who has entered. Where nobody asks for it, it is let be. */
  bring(events: PeerEvents, token: string): void | Promise<void> {
    if (!this.#rules.asks || this.#rules.refusedFor !== undefined) return;
    this.#cancelWait();
    const answer = events.authenticate(token);
    if (answer instanceof Promise) return answer.then((known) => this.#decide(events, known));
    return this.#decide(events, answer);
  }

  /** The connection has ended. */
  close(): void {
    this.#isOver = true;
    this.#cancelWait();
  }

  #decide(events: PeerEvents, answer: boolean | Admission): void | Promise<void> {
    if (this.#isOver) return;
    if (answer === false) return this.#host.violate("TOKEN_REFUSED");
    this.#host.expireIn(answer === true ? Infinity : answer.expiresInMs ?? Infinity);
    if (!this.#isEntered) return this.#enter(events);
  }

  #enter(events: PeerEvents): void | Promise<void> {
    this.#isEntered = true;
    this.#host.entered();
    return events.open();
  }
}
