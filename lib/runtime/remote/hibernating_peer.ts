/**
 * The handlers of one connection whose code may sleep: what comes then waits until it is awake.
 *
 * @module
 */
import type { MessageForm, MessageWalk } from "../../frame/mod.ts";
import type { Admission, Awaitable, CloseInfo, ResumeReason } from "../../route/mod.ts";
import type { PeerCommands, PeerEvents } from "../../route/table.ts";

/** What a peer needs of its runtime. */
export interface PeerShelter {
  /** Something came from outside. */
  happened(): void;
  /** Resolves when the code is awake, or cannot be woken. Never rejects. */
  wake(): Promise<void>;
  /** The peer has left. */
  left(peer: HibernatingPeer): void;
}

/** Why the signal of a peer is aborted for code that goes to sleep. */
const HIBERNATED = new DOMException("hibernated", "AbortError");

/** One connection. */
export class HibernatingPeer implements PeerEvents {
  readonly commands: PeerCommands;
  /** Index in the runtime's descriptors. */
  readonly route: number;
  /** Its handlers while the code is awake. */
  events: PeerEvents | undefined;
  readonly #shelter: PeerShelter;
  /** While the code falls asleep: its handlers still. */
  #falling: PeerEvents | undefined;
  /** What the code said of it when it went to sleep. */
  #state: unknown;
  #abortReason: DOMException | undefined;
  /** It was opened, or handed over: the code has to be told when it wakes up. */
  #isKnown = false;

  constructor(commands: PeerCommands, route: number, shelter: PeerShelter) {
    this.commands = commands;
    this.route = route;
    this.#shelter = shelter;
  }

  open(): void | Promise<void> {
    this.#shelter.happened();
    if (this.events !== undefined) this.#isKnown = true;
    if (this.events !== undefined) return this.events.open();
    return this.#later((events) => {
      this.#isKnown = true;
      return events.open();
    });
  }

  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
    this.#shelter.happened();
    if (this.events !== undefined) return this.events.message(form, bytes, start, end);
    return this.#later((events) => events.message(form, bytes, start, end));
  }

  messages(walk: MessageWalk): void | Promise<void> {
    this.#shelter.happened();
    const { bytes } = walk;
    while (walk.next()) {
      const pending = this.message(walk.form, bytes, walk.start, walk.end);
      if (pending !== undefined) return pending;
    }
  }

  subscribe(topic: string): Awaitable<boolean> {
    return this.#ask((events) => events.subscribe(topic));
  }

  authenticate(token: string): Awaitable<boolean | Admission> {
    return this.#ask((events) => events.authenticate(token));
  }

  drain(): void | Promise<void> {
    return this.events === undefined ? this.#later((events) => events.drain()) : this.events.drain();
  }

  async close(info: CloseInfo): Promise<void> {
    this.#shelter.happened();
    // Its `close` hook may have something to put away.
    if (this.events === undefined) await this.#shelter.wake();
    await this.events?.close(info);
    this.#shelter.left(this);
  }

  abort(reason: DOMException): void {
    this.#abortReason = reason;
    (this.events ?? this.#falling)?.abort(reason);
  }

  async halt(): Promise<void> {
    if (this.#falling !== undefined) await this.#shelter.wake();
    await this.events?.halt?.();
  }

  abandon(): void {
    this.events?.abandon?.();
  }

  suspend(): unknown {
    return this.events === undefined ? this.#state : this.events.suspend();
  }

  async resume(state: unknown, reason: ResumeReason): Promise<void> {
    if (this.events === undefined) await this.#shelter.wake();
    if (this.events === undefined) throw new Error("the code cannot be woken up");
    this.#isKnown = true;
    await this.events.resume(state, reason);
  }

  revoke(reason: DOMException): void {
    this.events?.revoke(reason);
    this.#shelter.left(this);
  }

  // For its runtime.

  /** The code is about to sleep: what comes now waits. */
  fall(): void {
    this.#falling = this.events;
    this.events = undefined;
  }

  /** Resolves when none of its handlers is pending. */
  async halted(): Promise<void> {
    await this.#falling?.halt?.();
  }

  /** Resolves when the code has said what it has to say. */
  async suspended(): Promise<void> {
    // Who has not been opened is asked for a token yet: the code has nothing to say of it.
    if (this.#isKnown) this.#state = await this.#falling?.suspend();
  }

  /** The code does not sleep after all. */
  stayAwake(): void {
    this.events = this.#falling;
    this.#falling = undefined;
  }

  /** The code sleeps. */
  asleep(): void {
    this.#falling?.revoke(HIBERNATED);
    this.#falling = undefined;
  }

  /** New code has it, and takes it over where the code before had it. */
  async wake(events: PeerEvents): Promise<void> {
    if (this.#abortReason !== undefined) events.abort(this.#abortReason);
    const state = this.#state;
    this.#state = undefined;
    if (this.#isKnown) await events.resume(state, "wake");
    this.events = events;
  }

  async #later(goOn: (events: PeerEvents) => void | Promise<void>): Promise<void> {
    await this.#shelter.wake();
    if (this.events !== undefined) await goOn(this.events);
  }

  /** A question wakes the code up, like a message; code that cannot be woken has not said yes. */
  #ask<Answer>(ask: (events: PeerEvents) => Awaitable<Answer | false>): Awaitable<Answer | false> {
    this.#shelter.happened();
    return this.events === undefined ? this.#askLater(ask) : ask(this.events);
  }

  async #askLater<Answer>(ask: (events: PeerEvents) => Awaitable<Answer | false>): Promise<Answer | false> {
    await this.#shelter.wake();
    return this.events === undefined ? false : await ask(this.events);
  }
}
