/** Compressed messages wait as they came, and are inflated when their turn comes. @module */
import { assertEquals, assertFalse, assertLess } from "@std/assert";
import { FORM, FRESH_BUFFERS, MessageInflater, type ViolationName } from "../../../lib/frame/mod.ts";
import { deflateAlone, MessageDeflater } from "../../../lib/frame/message_deflater.ts";
import { HandlerQueue, type Handlers, type MessageBuffers } from "../../../lib/gateway/handler_queue.ts";
import { utf8 } from "../../frame/recorder.ts";

const MIB = 1024 * 1024;
const LONG = 600_000;
const PARAMETERS = { windowBits: 15, level: 6, memLevel: 8 };
const BUFFERS: MessageBuffers = {
  pins: FRESH_BUFFERS,
  pin: () => new Uint8Array(0),
  buffers: FRESH_BUFFERS,
};

/** A queue, its route code, and what it asked for. */
class Queueing {
  readonly log: string[] = [];
  readonly violations: ViolationName[] = [];
  /** Callbacks that wait for a later turn. */
  readonly postponed: (() => void)[] = [];
  readonly #pending: (() => void)[] = [];
  readonly queue: HandlerQueue;
  readonly inflater: MessageInflater;
  isAsynchronous = false;
  settled = 0;

  constructor(keepsContext = false) {
    const options = { maxMessageBytes: 4 * MIB, keepsContext, windowBits: 15 };
    this.inflater = new MessageInflater(options, FRESH_BUFFERS);
    const events: Handlers = {
      open: () => {},
      message: (_isText, bytes, start, end) => this.#handle(bytes.subarray(start, end)),
      drain: () => {},
      close: ({ code }) => void this.log.push(`close ${code}`),
    };
    this.queue = new HandlerQueue(events, BUFFERS, { onSettled: () => void this.settled++ }, {
      inflater: this.inflater,
      onViolation: (violation) => this.violations.push(violation),
      later: (goOn) => this.postponed.push(goOn),
    });
    this.queue.open();
  }

  #handle(bytes: Uint8Array): void | Promise<void> {
    this.log.push(bytes.length > 100 ? `${bytes.length} bytes` : new TextDecoder().decode(bytes));
    if (this.isAsynchronous) return new Promise((resolve) => this.#pending.push(resolve));
  }

  arrive(payload: Uint8Array, isCompressed = true, isBorrowed = true): void {
    const chunk = payload.slice();
    const form = FORM.TEXT | (isBorrowed ? FORM.BORROWED : 0) | (isCompressed ? FORM.COMPRESSED : 0);
    this.queue.message(form, chunk, 0, chunk.length);
    // The chunk is read into again.
    if (isBorrowed) chunk.fill(0xee);
  }

  /** The pending handler settles, and what follows from that has happened. */
  async settle(): Promise<void> {
    this.#pending.shift()!();
    await new Promise<void>(queueMicrotask);
    await new Promise<void>(queueMicrotask);
  }
}

function packed(text: string): Uint8Array {
  const parts = new MessageDeflater(PARAMETERS);
  const bytes = parts.deflate(utf8(text)).slice();
  parts.close();
  return bytes;
}

const zeros = (length: number) => deflateAlone(new Uint8Array(length), PARAMETERS)!.slice();

Deno.test("HandlerQueue inflates a message before its handler runs, from a chunk or a buffer of its own", () => {
  const queueing = new Queueing();
  queueing.arrive(packed("one"));
  queueing.arrive(packed("two"), true, false);
  queueing.arrive(utf8("three"), false);
  assertEquals(queueing.log, ["one", "two", "three"]);
});

Deno.test("HandlerQueue keeps waiting messages compressed, and counts them so", async () => {
  const queueing = new Queueing();
  queueing.isAsynchronous = true;
  queueing.arrive(utf8("first"), false);
  queueing.arrive(zeros(LONG));
  queueing.arrive(packed("last"));
  assertLess(queueing.queue.queuedBytes, 3000);
  assertLess(queueing.queue.heldBytes, 3000);
  await queueing.settle();
  assertEquals(queueing.log, ["first", `${LONG} bytes`]);
  assertLess(LONG, queueing.queue.heldBytes);
  await queueing.settle();
  await queueing.settle();
  assertEquals(queueing.log, ["first", `${LONG} bytes`, "last"]);
});

Deno.test("HandlerQueue inflates in order of arrival, so that a kept context stays right", async () => {
  const queueing = new Queueing(true);
  queueing.isAsynchronous = true;
  const deflater = new MessageDeflater(PARAMETERS);
  const texts = ["the same words", "the same words again", "and again the same words"];
  for (const text of texts) queueing.arrive(deflater.deflate(utf8(text)));
  while (queueing.log.length < 3) await queueing.settle();
  assertEquals(queueing.log, texts);
  await queueing.settle();
  deflater.close();
  queueing.queue.close({ code: 1000, reason: "", wasClean: true });
  assertEquals(queueing.queue.heldBytes, 0);
});

Deno.test("HandlerQueue reports what cannot be inflated, and forgets what waits behind it", async () => {
  const queueing = new Queueing();
  queueing.isAsynchronous = true;
  queueing.arrive(utf8("first"), false);
  queueing.arrive(Uint8Array.of(0xff));
  queueing.arrive(packed("never"));
  assertEquals(queueing.violations, []);
  await queueing.settle();
  assertEquals([queueing.violations, queueing.log], [["DEFLATE_CORRUPT"], ["first"]]);
  assertEquals([queueing.queue.queuedBytes, queueing.queue.isBusy], [0, false]);
  queueing.queue.close({ code: 1007, reason: "", wasClean: false });
  assertEquals(queueing.log, ["first", "close 1007"]);
});

Deno.test("HandlerQueue says when it has inflated a mebibyte in one turn", () => {
  const queueing = new Queueing();
  queueing.arrive(zeros(MIB - 1));
  assertFalse(queueing.queue.hasInflatedEnough);
  queueing.arrive(packed("x"));
  assertEquals(queueing.queue.hasInflatedEnough, true);
  queueing.queue.beginTurn();
  assertFalse(queueing.queue.hasInflatedEnough);
});

Deno.test("HandlerQueue lets the others come first after a mebibyte, and goes on in a later turn", async () => {
  const queueing = new Queueing();
  queueing.isAsynchronous = true;
  queueing.arrive(utf8("first"), false);
  queueing.isAsynchronous = false;
  for (let count = 0; count < 3; count++) queueing.arrive(zeros(MIB));
  queueing.arrive(packed("last"));
  queueing.queue.close({ code: 1000, reason: "", wasClean: true });
  await queueing.settle();
  for (let count = 1; count <= 3; count++) {
    assertEquals(queueing.log.length, 1 + count);
    assertEquals([queueing.postponed.length, queueing.queue.isBusy], [1, true]);
    queueing.postponed.shift()!();
  }
  assertEquals(queueing.log.slice(-2), ["last", "close 1000"]);
  assertEquals([queueing.postponed.length, queueing.queue.isBusy], [0, false]);
  assertEquals(queueing.settled, 4);
});

Deno.test("HandlerQueue that rests is dropped like one that handles", async () => {
  const queueing = new Queueing();
  queueing.isAsynchronous = true;
  queueing.arrive(utf8("first"), false);
  queueing.isAsynchronous = false;
  for (let count = 0; count < 3; count++) queueing.arrive(zeros(2 * MIB));
  await queueing.settle();
  queueing.queue.drop();
  queueing.queue.close({ code: 1006, reason: "", wasClean: false });
  queueing.postponed.shift()!();
  assertEquals(queueing.log, ["first", `${2 * MIB} bytes`, "close 1006"]);
});
