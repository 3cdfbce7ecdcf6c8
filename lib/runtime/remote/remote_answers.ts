/**
 * Calls of remote code, answered when what they ask for is done.
 *
 * @module
 */
import { messageOf } from "../../route/table.ts";
import { unheard } from "../pending.ts";
import type { Outbox } from "./outbox.ts";
import { DOWN, WireError } from "./wire.ts";

/** So many calls of one peer may wait at a time; those beyond fail. */
export const MAX_OPEN_CALLS = 10_000;

/** Code that does not read its answers, and goes on asking, is ended when so many bytes wait for it. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** Where answers go. */
export interface AnswerLink {
  readonly outbox: Outbox;
  /** So many calls of the code wait for their answers, or have been answered. */
  wait(count: number): void;
}

/** The calls of one peer, or of none in particular. */
export class RemoteAnswers {
  readonly #link: AnswerLink;
  /** Made when the first call has to wait: most need not. */
  #open: Set<number> | undefined;

  constructor(link: AnswerLink) {
    this.#link = link;
  }

  /**
   * Does what a call asks for, and answers it.
   *
   * @throws {WireError} when `work` throws one, or when no code that keeps to the rules would ask now.
   */
  give(call: number, work: () => unknown): void {
    this.#checkRead();
    const open = this.#open;
    if (open?.has(call) === true) throw new WireError(`the call ${call} once more, before it was answered`);
    if (open !== undefined && open.size >= MAX_OPEN_CALLS) {
      return this.#fail(call, new Error(`more than ${MAX_OPEN_CALLS} calls of one peer wait for their answers`));
    }
    let result: unknown;
    try {
      result = work();
    } catch (error) {
      if (error instanceof WireError) throw error;
      return this.#fail(call, error);
    }
    if (!(result instanceof Promise)) return this.#answer(call, result);
    this.#wait(call, result);
  }

  /** Publishes without an answer. Where there is something to be waited for after all, the code is told to do so again. */
  pass(topic: string, publish: () => void | Promise<void>): void {
    this.#checkRead();
    let pending: void | Promise<void>;
    try {
      pending = publish();
    } catch (error) {
      if (error instanceof WireError) throw error;
      pending = Promise.reject(error);
    }
    if (pending === undefined) return;
    void unheard(pending);
    this.#link.outbox.writer.putText(DOWN.KEPT, 0, 0, topic);
  }

  /** Nobody is there to be answered: the code has ended. */
  drop(): void {
    this.#link.wait(-(this.#open?.size ?? 0));
    this.#open = undefined;
  }

  /** What waits is not answered any more, and told so. */
  end(): void {
    const open = [...this.#open ?? []];
    this.drop();
    for (const call of open) this.#fail(call, new Error("the connection has ended"));
  }

  #checkRead(): void {
    if (this.#link.outbox.byteLength > MAX_UNREAD_BYTES) throw new WireError("calls whose answers it does not read");
  }

  #wait(call: number, result: Promise<unknown>): void {
    (this.#open ??= new Set()).add(call);
    this.#link.wait(1);
    result.then(
      (value) => this.#settles(call) ? this.#answer(call, value) : undefined,
      (error) => this.#settles(call) ? this.#fail(call, error) : undefined,
    );
  }

  /** False for a call that is not waited for any more. */
  #settles(call: number): boolean {
    const isOpen = this.#open?.delete(call) === true;
    if (isOpen) this.#link.wait(-1);
    return isOpen;
  }

  #answer(call: number, value: unknown): void {
    const { writer } = this.#link.outbox;
    if (value === undefined) writer.putEmpty(DOWN.ANSWER, 0, call);
    else writer.putValue(DOWN.ANSWER, 0, call, value);
  }

  /** Where it came from is the gateway's own affair. */
  #fail(call: number, error: unknown): void {
    const name = error instanceof TypeError ? "TypeError" : "Error";
    this.#link.outbox.writer.putValue(DOWN.FAILURE, 0, call, { name, message: messageOf(error) });
  }
}
