/** Messages of a chunk that are handled in one go, and what ends that. @module */
import { assert, assertEquals } from "@std/assert";
import { FORM, type MessageForm, type MessageWalk } from "../../../lib/frame/mod.ts";
import { HandlerQueue, type Handlers } from "../../../lib/gateway/handler_queue.ts";
import type { CloseInfo } from "../../../lib/route/mod.ts";

const INFO: CloseInfo = { code: 1000, reason: "", wasClean: true };

/** A chunk of messages of one letter, repeated, each behind room for a header. */
class Walk implements MessageWalk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
  readonly form = FORM.TEXT | FORM.ASCII | FORM.BORROWED;
  taken = 0;
  #isStopped = false;

  readonly #length: number;

  constructor(letters: string, length = 1) {
    this.bytes = new TextEncoder().encode([...letters].map((letter) => `__${letter.repeat(length)}`).join(""));
    this.count = letters.length;
    this.#length = length;
  }

  get start(): number {
    return this.end - this.#length;
  }

  get end(): number {
    return this.taken * (2 + this.#length);
  }

  next(): boolean {
    if (this.#isStopped || this.taken === this.count) return false;
    this.taken++;
    return true;
  }

  stop(): void {
    this.#isStopped = true;
  }
}

/** Route code that writes down what it is called for; a capital letter makes its handler asynchronous. */
class Code implements Handlers {
  readonly log: string[] = [];
  settle: () => void = () => {};
  during: (name: string) => void = () => {};

  open(): void {}

  message(_form: MessageForm, bytes: Uint8Array, start: number, end: number): void | Promise<void> {
    const name = new TextDecoder().decode(bytes.subarray(start, end));
    this.log.push(name);
    this.during(name);
    if (name !== name.toLowerCase()) return new Promise((resolve) => this.settle = resolve);
  }

  messages(walk: MessageWalk): void | Promise<void> {
    while (walk.next()) {
      const pending = this.message(walk.form, walk.bytes, walk.start, walk.end);
      if (pending !== undefined) return pending;
    }
  }

  drain(): void {
    this.log.push("drain");
  }

  close(): void {
    this.log.push("close");
  }

  abort(): void {}
}

function open(code: Code): { queue: HandlerQueue; pins: Uint8Array[] } {
  const pins: Uint8Array[] = [];
  const given = { give: (bytes: Uint8Array) => void pins.splice(pins.indexOf(bytes), 1) };
  const buffers = { pin: (bytes: Uint8Array) => void pins.push(bytes), pins: given, buffers: { give() {} } };
  const queue = new HandlerQueue(code, buffers, { onSettled() {} });
  queue.open();
  return { queue, pins };
}

/** What a receiver does: what is left is told one by one. */
function tell(queue: HandlerQueue, walk: Walk): void {
  queue.messages(walk);
  while (walk.taken < walk.count) {
    walk.taken++;
    queue.message(walk.form, walk.bytes, walk.start, walk.end);
  }
}

Deno.test("HandlerQueue handles the messages of a chunk in one go", () => {
  const code = new Code();
  const { queue, pins } = open(code);
  tell(queue, new Walk("abc"));
  assertEquals([code.log.join(""), queue.isBusy, pins.length, queue.heldBytes], ["abc", false, 0, 0]);
});

Deno.test("HandlerQueue stops at a message whose handler is pending, and keeps the chunk for it", async () => {
  const code = new Code();
  const { queue, pins } = open(code);
  const walk = new Walk("aBcd");
  tell(queue, walk);
  assertEquals([code.log.join(""), queue.isBusy, pins], ["aB", true, [walk.bytes]]);
  code.settle();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([code.log.join(""), queue.isBusy, pins], ["aBcd", false, []]);
});

Deno.test("HandlerQueue lets what is due in between go first", () => {
  for (const due of ["drain", "close"] as const) {
    const code = new Code();
    const { queue } = open(code);
    code.during = (name) => {
      if (name === "b") due === "drain" ? queue.drain() : queue.close(INFO);
    };
    tell(queue, new Walk("abc"));
    assertEquals(code.log, due === "drain" ? ["a", "b", "drain", "c"] : ["a", "b", "close"]);
  }
});

Deno.test("HandlerQueue leaves the chunk alone while a handler is pending, and when it is closed", async () => {
  const code = new Code();
  const { queue } = open(code);
  tell(queue, new Walk("A"));
  tell(queue, new Walk("bc"));
  assertEquals([code.log.join(""), queue.queuedBytes > 0], ["A", true]);
  code.settle();
  await new Promise((resolve) => setTimeout(resolve));
  queue.close(INFO);
  tell(queue, new Walk("d"));
  assertEquals(code.log, ["A", "b", "c", "close"]);
});

Deno.test("HandlerQueue lends each message of the chunk once, while it is being handled", () => {
  const code = new Code();
  const { queue, pins } = open(code);
  const walk = new Walk("ab", 2);
  const lent: boolean[] = [];
  code.during = () => {
    for (const [start, end] of [[2, 4], [2, 4], [6, 8], [2, 8]] as const) {
      lent.push(queue.lend(walk.bytes, start, end) !== undefined);
    }
  };
  tell(queue, walk);
  assertEquals(lent, [true, false, false, false, false, false, true, false]);
  assertEquals(pins.length, 2);
  assert(queue.lend(walk.bytes, 6, 8) === undefined, "its handler is through");
});
