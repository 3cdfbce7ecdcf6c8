/**
 * One peer's way from the code that has it to other code, between two of its handlers; and back, if that fails.
 *
 * @module
 */
import type { Awaitable, ResumeReason } from "../route/mod.ts";
import { limited, messageOf, type PeerEvents, type RouteEntry, type TimeLimit } from "../route/table.ts";
import type { HandlerQueue } from "./handler_queue.ts";

/** A peer as it is handed over: a connection. */
export interface Movable {
  readonly id: string;
  /** Whose code has it. */
  readonly entry: RouteEntry;
  /** Its handlers there. */
  readonly events: PeerEvents;
  /** What stands before its handlers. */
  readonly queue: Pick<HandlerQueue, "interlude" | "abandon">;
  /** The peer's code is this one's from now on. */
  attach(entry: RouteEntry): PeerEvents;
  /** Closes it with 1011. */
  fail(): void;
}

/** Where a peer goes, and how long the handler that is pending, `suspend` and `resume` may take, each. */
export interface Destination extends TimeLimit {
  readonly entry: RouteEntry;
  readonly reason: ResumeReason;
  /** Where a peer goes back to: what its code said when it left, in case the code that has it says nothing. */
  readonly kept?: unknown;
  /** Going back: nothing stops it. Who cannot be resumed is closed with 1011. */
  readonly isReturn?: boolean;
}

/** How it ended: moved, with what the old code said of the peer; or it had gone, or was called off, before it began. */
export type HandOverOutcome =
  | { readonly kind: "moved"; readonly state: unknown }
  | { readonly kind: "gone" }
  | { readonly kind: "cancelled" };

/** A hook of a hand-over failed; the peer is where it was. */
export class HandOverError extends Error {
  override readonly name = "HandOverError";
  readonly hook: "suspend" | "resume";
  /** Of the code whose hook it is. */
  readonly entry: RouteEntry;

  constructor(hook: HandOverError["hook"], entry: RouteEntry, peer: string, cause: unknown) {
    const what = messageOf(cause);
    super(`${entry.descriptor.file}: ${hook} failed for peer ${peer}: ${what}`, { cause });
    this.hook = hook;
    this.entry = entry;
  }
}

/** Why the signal of a peer that was handed over is aborted for the code that had it. */
export const SWAPPED = new DOMException("swapped", "AbortError");

/** One hand-over. It begins at once, and is done when the peer is either here or there. */
export class HandOver {
  /** Rejects with {@linkcode HandOverError}. */
  readonly done: Promise<HandOverOutcome>;
  readonly #peer: Movable;
  readonly #to: Destination;
  readonly #settled = Promise.withResolvers<HandOverOutcome>();
  /** Resolves when code that takes events ahead has none of them left. */
  readonly #halted: Promise<void> | undefined;
  #cancelPatience = () => {};
  /** The queue waits for it. */
  #isAlone = false;
  #hasBegun = false;
  #isCancelled = false;

  constructor(peer: Movable, to: Destination) {
    this.#peer = peer;
    this.#to = to;
    this.done = this.#settled.promise;
    this.#halted = peer.events.halt?.();
    if (!peer.queue.interlude(() => this.#begin())) this.#settled.resolve({ kind: "gone" });
    else if (!this.#hasBegun) this.#cancelPatience = to.clock.setTimer(() => this.#losePatience(), to.timeoutMs);
  }

  /** Calls it off, unless it has begun. */
  cancel(): void {
    if (this.#hasBegun) return;
    this.#isCancelled = true;
    this.#cancelPatience();
    this.#settled.resolve({ kind: "cancelled" });
  }

  /** A handler takes too long: what it does from now on does not count. */
  #losePatience(): void {
    const { events, queue } = this.#peer;
    events.abort(SWAPPED);
    events.abandon?.();
    if (!this.#isAlone) queue.abandon();
  }

  async #begin(): Promise<void> {
    this.#isAlone = true;
    if (this.#halted !== undefined) await this.#halted;
    if (this.#isCancelled) return;
    this.#hasBegun = true;
    this.#cancelPatience();
    try {
      this.#settled.resolve(await this.#run());
    } catch (error) {
      this.#settled.reject(error);
    }
  }

  async #run(): Promise<HandOverOutcome> {
    const { entry: from, events: old } = this.#peer;
    const state = await this.#suspend(from, old);
    old.revoke(SWAPPED);
    const { entry, isReturn = false } = this.#to;
    try {
      await this.#resume(entry, state);
    } catch (cause) {
      if (isReturn) this.#peer.fail();
      else await this.#resume(from, state).catch(() => this.#peer.fail());
      throw new HandOverError("resume", entry, this.#peer.id, cause);
    }
    return { kind: "moved", state };
  }

  async #suspend(from: RouteEntry, events: PeerEvents): Promise<unknown> {
    const { isReturn = false, kept } = this.#to;
    try {
      const state = await this.#limited(events.suspend(), "suspend");
      return isReturn && state === undefined ? kept : state;
    } catch (cause) {
      if (isReturn) return kept;
      throw new HandOverError("suspend", from, this.#peer.id, cause);
    }
  }

  async #resume(entry: RouteEntry, state: unknown): Promise<void> {
    const events = this.#peer.attach(entry);
    try {
      await this.#limited(events.resume(state, this.#to.reason), "resume");
    } catch (cause) {
      events.revoke(SWAPPED);
      throw cause;
    }
  }

  /** Hooks that return at once cost no promise. */
  #limited<T>(work: Awaitable<T>, hook: string): Awaitable<T> {
    return work instanceof Promise ? limited(work, hook, this.#to) : work;
  }
}
