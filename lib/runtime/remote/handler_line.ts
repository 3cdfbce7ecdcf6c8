/**
 * Where remote code runs: the handlers of one connection one at a time, in order.
 *
 * It is what the gateway's queue is for inline code, without buffers to give back: what a message lies in is kept by
 * whoever holds on to it.
 *
 * @module
 */
import { Fifo, type MessageForm } from "../../frame/mod.ts";
import type { Admission, Awaitable, CloseInfo } from "../../route/mod.ts";
import type { PeerEvents } from "../../route/table.ts";

/** A message that waits. */
export interface WaitingMessage {
  readonly form: MessageForm;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
}

/** What a question is answered with. */
export type Answer = boolean | Admission;

/** What the line tells. */
export interface LineEvents {
  /** A message of so many bytes is through. */
  onSettled(byteLength: number): void;
  /** What is being taken out of a batch is kept beyond the call. */
  onKept(): void;
  /** A question is answered. */
  onAnswered(call: number, answer: Answer): void;
  /** `close` is through: the last thing. */
  onClosed(call: number): void;
}

/** What was not begun. */
export interface Unbegun {
  readonly messages: readonly WaitingMessage[];
  readonly isDrainDue: boolean;
}

const NOTHING: Unbegun = { messages: [], isDrainDue: false };

/** The line in front of one peer's handlers. */
export class HandlerLine {
  readonly #events: PeerEvents;
  readonly #listener: LineEvents;
  #waiting = new Fifo<WaitingMessage>();
  #isBusy = false;
  #isDrainDue = false;
  #question: { readonly call: number; readonly hook: () => Awaitable<Answer> } | undefined;
  #close: { readonly call: number; readonly info: CloseInfo } | undefined;
  #interlude: (() => void | Promise<void>) | undefined;
  /** Which handler is waited for: one that is abandoned settles as another. */
  #turn = 0;

  constructor(events: PeerEvents, listener: LineEvents) {
    this.#events = events;
    this.#listener = listener;
  }

  open(): void {
    this.#run(() => this.#events.open());
  }

  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if (this.#isBusy) {
      this.#waiting.push({ form, bytes, start, end });
      this.#listener.onKept();
      return;
    }
    this.#handle(form, bytes, start, end);
    this.#goOn();
  }

  drain(): void {
    this.#isDrainDue = true;
    this.#goOn();
  }

  /**
   * A question: answered when what came before it is handled. Nothing comes behind it before that, but for `close`: the
   * gateway waits for the answer.
   */
  question(call: number, hook: () => Awaitable<Answer>): void {
    this.#question = { call, hook };
    this.#goOn();
  }

  close(call: number, info: CloseInfo): void {
    this.#close = { call, info };
    this.#goOn();
  }

  /**
   * Runs a task as soon as no handler is pending; what has not begun stays where it is. Only a question, and what came
   * before it, are seen to first: they cannot be given back.
   */
  interlude(task: () => void | Promise<void>): void {
    this.#interlude = task;
    this.#goOn();
  }

  /** Takes out what has not begun; nothing while a question waits behind it. */
  giveBack(): Unbegun {
    if (this.#question !== undefined) return NOTHING;
    const messages: WaitingMessage[] = [];
    for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift()) messages.push(one);
    const unbegun = { messages, isDrainDue: this.#isDrainDue };
    this.#isDrainDue = false;
    return unbegun;
  }

  /**
   * A question that has not begun is answered with no, since nobody waits for it any more.
   *
   * @returns what could not be given back before it.
   */
  refuse(): Unbegun {
    const question = this.#question;
    if (question === undefined) return NOTHING;
    this.#question = undefined;
    this.#listener.onAnswered(question.call, false);
    return this.giveBack();
  }

  /** The handler that is pending is no longer waited for. */
  abandon(): void {
    if (!this.#isBusy) return;
    this.#turn++;
    this.#isBusy = false;
    this.#goOn();
  }

  #handle(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.#isBusy = true;
    const pending = this.#events.message(form, bytes, start, end);
    if (pending === undefined) {
      this.#isBusy = false;
      this.#listener.onSettled(end - start);
    } else {
      this.#listener.onKept();
      this.#wait(pending, () => this.#listener.onSettled(end - start));
    }
  }

  #answer(call: number, hook: () => Awaitable<Answer>): void {
    this.#isBusy = true;
    const answer = hook();
    if (answer instanceof Promise) {
      return this.#wait(answer.then((known) => this.#listener.onAnswered(call, known)), () => {});
    }
    this.#isBusy = false;
    this.#listener.onAnswered(call, answer);
  }

  #run(handler: () => void | Promise<void>, settled = () => {}): void {
    this.#isBusy = true;
    const pending = handler();
    if (pending !== undefined) return this.#wait(pending, settled);
    this.#isBusy = false;
    settled();
  }

  /** No handler of a runtime rejects. */
  #wait(pending: Promise<void>, settled: () => void): void {
    const turn = ++this.#turn;
    pending.then(() => {
      settled();
      if (turn !== this.#turn) return;
      this.#isBusy = false;
      this.#goOn();
    });
  }

  #goOn(): void {
    while (!this.#isBusy && this.#runNext());
  }

  /** @returns false when nothing waits. */
  #runNext(): boolean {
    if (this.#interlude !== undefined && this.#question === undefined) {
      const task = this.#interlude;
      this.#interlude = undefined;
      this.#run(task);
    } else if (this.#isDrainDue) {
      this.#isDrainDue = false;
      this.#run(() => this.#events.drain());
    } else if (this.#waiting.length > 0) {
      const { form, bytes, start, end } = this.#waiting.shift()!;
      this.#handle(form, bytes, start, end);
    } else if (this.#question !== undefined) {
      const { call, hook } = this.#question;
      this.#question = undefined;
      this.#answer(call, hook);
    } else if (this.#close !== undefined) {
      const { call, info } = this.#close;
      this.#close = undefined;
      this.#run(() => this.#events.close(info), () => this.#listener.onClosed(call));
    } else return false;
    return true;
  }
}
