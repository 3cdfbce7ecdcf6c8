/**
 * Route code and a transport's input as a handler queue sees them.
 *
 * @module
 */
import { FORM, type MessageForm } from "../../../lib/frame/mod.ts";
import { assert } from "@std/assert";
import { HandlerQueue, type Handlers } from "../../../lib/gateway/handler_queue.ts";
import type { CloseInfo } from "../../../lib/route/mod.ts";

export const INFO: CloseInfo = { code: 1000, reason: "", wasClean: true };

/** Route code that writes down what it is called for, and goes asynchronous where the test says so. */
export class Code implements Handlers {
  readonly log: string[] = [];
  readonly #asynchronous: ReadonlySet<string>;
  readonly #pending: (() => void)[] = [];
  /** What handlers do to their peer, while they run. */
  during: (name: string) => void = () => {};

  constructor(...asynchronous: readonly string[]) {
    this.#asynchronous = new Set(asynchronous);
  }

  #run(name: string): void | Promise<void> {
    this.log.push(name);
    this.during(name);
    this.log.push(`${name}.`);
    if (!this.#asynchronous.has(name)) return;
    return new Promise((resolve) => this.#pending.push(resolve));
  }

  /** The pending handler settles, and what follows from that has happened. */
  async settle(): Promise<void> {
    this.#pending.shift()!();
    await new Promise<void>(queueMicrotask);
    await new Promise<void>(queueMicrotask);
  }

  open = () => this.#run("open");
  message = (_form: MessageForm, bytes: Uint8Array, start: number, end: number) =>
    this.#run(new TextDecoder().decode(bytes.subarray(start, end)));
  drain = () => this.#run("drain");
  close = (info: CloseInfo) => this.#run(`close ${info.code}`);
  abort(): void {}
}

/** A transport's input as the queue sees it. */
export class Input {
  readonly buffer = new Uint8Array(64);
  pinned = 0;
  /** Buffers of messages that the queue is through with. */
  readonly recycled: Uint8Array[] = [];

  pin(bytes: Uint8Array<ArrayBuffer>): void {
    assert(bytes === this.buffer);
    this.pinned++;
  }

  readonly pins = {
    give: (buffer: Uint8Array<ArrayBuffer>): void => {
      assert(buffer === this.buffer);
      this.pinned--;
    },
  };

  readonly buffers = { give: (buffer: Uint8Array<ArrayBuffer>): void => void this.recycled.push(buffer) };
}

export function open(code: Code): { queue: HandlerQueue; input: Input; progress: () => number } {
  const input = new Input();
  let settled = 0;
  const queue = new HandlerQueue(code, input, { onSettled: () => void settled++ });
  return { queue, input, progress: () => settled };
}

export function arrive(queue: HandlerQueue, input: Input, text: string, isBorrowed = true): void {
  const { written } = new TextEncoder().encodeInto(text, input.buffer);
  queue.message(FORM.TEXT | (isBorrowed ? FORM.BORROWED : 0), input.buffer, 0, written);
}
