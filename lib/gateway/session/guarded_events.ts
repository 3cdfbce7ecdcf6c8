/**
 * The handlers of a peer that has to enter first.
 *
 * @module
 */
import type { MessageForm } from "../../frame/mod.ts";
import type { Admission, Awaitable, CloseInfo, ResumeReason } from "../../route/mod.ts";
import type { PeerEvents } from "../../route/table.ts";
import type { Entrance } from "./entrance.ts";

/** What is said of a peer that has not entered, its code does not hear. */
export class GuardedEvents implements PeerEvents {
  /** The code behind it. */
  readonly code: PeerEvents;
  readonly #entrance: Entrance;

  constructor(code: PeerEvents, entrance: Entrance) {
    this.code = code;
    this.#entrance = entrance;
  }

  open(): void | Promise<void> {
    return this.#entrance.open(this.code);
  }

  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
    if (this.#entrance.isEntered) return this.code.message(form, bytes, start, end);
  }

  subscribe(topic: string): Awaitable<boolean> {
    return this.code.subscribe(topic);
  }

  authenticate(token: string): Awaitable<boolean | Admission> {
    return this.code.authenticate(token);
  }

  drain(): void | Promise<void> {
    if (this.#entrance.isEntered) return this.code.drain();
  }

  close(info: CloseInfo): void | Promise<void> {
    this.#entrance.close();
    if (this.#entrance.isEntered) return this.code.close(info);
    this.code.revoke(NEVER_ENTERED);
  }

  abort(reason: DOMException): void {
    this.code.abort(reason);
  }

  async halt(): Promise<void> {
    await this.code.halt?.();
  }

  abandon(): void {
    this.code.abandon?.();
  }

  suspend(): Awaitable<unknown> {
    return this.#entrance.isEntered ? this.code.suspend() : undefined;
  }

  resume(state: unknown, reason: ResumeReason): Awaitable<void> {
    if (this.#entrance.isEntered) return this.code.resume(state, reason);
  }

  revoke(reason: DOMException): void {
    this.code.revoke(reason);
  }
}

const NEVER_ENTERED = new DOMException("the peer has not said who it is", "AbortError");
