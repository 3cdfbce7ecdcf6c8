/** Handlers of one connection run one at a time, in order. @module */
import { FORM } from "../../lib/frame/mod.ts";
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { HandlerQueue } from "../../lib/gateway/handler_queue.ts";
import { arrive, Code, INFO, type Input, open } from "./support/queue_code.ts";

Deno.test("HandlerQueue calls synchronous handlers at once", () => {
  const code = new Code();
  const { queue, input, progress } = open(code);
  queue.open();
  arrive(queue, input, "a");
  queue.drain();
  queue.close(INFO);
  assertEquals(code.log, ["open", "open.", "a", "a.", "drain", "drain.", "close 1000", "close 1000."]);
  assertEquals([queue.isBusy, progress(), input.pinned], [false, 0, 0]);
});

Deno.test("HandlerQueue keeps messages while a handler is pending, and the bytes they had when they came", async () => {
  const code = new Code("open", "b");
  const { queue, input, progress } = open(code);
  queue.open();
  for (const text of ["a", "b", "c"]) arrive(queue, input, text);
  input.buffer.fill(0);
  assertEquals(code.log, ["open", "open."]);
  await code.settle();
  assertEquals([code.log.slice(2), progress()], [["a", "a.", "b", "b."], 1]);
  await code.settle();
  assertEquals([code.log.slice(6), progress(), queue.queuedBytes], [["c", "c."], 2, 0]);
});

Deno.test("HandlerQueue keeps the bytes it is given as they are, without a copy", async () => {
  const gift = new TextEncoder().encode("gift");
  const code = new Code("open");
  let told: Uint8Array | undefined;
  code.message = (_isText, bytes) => {
    told = bytes;
  };
  const { queue } = open(code);
  queue.open();
  queue.message(0, gift, 0, gift.length);
  await code.settle();
  assert(told === gift);
});

Deno.test("HandlerQueue copies what it needs of a gift that is larger than its message", async () => {
  const gift = new Uint8Array(1000).fill(0x61);
  const code = new Code("open");
  let length = 0;
  code.message = (_isText, bytes) => {
    length = bytes.buffer.byteLength;
  };
  const { queue } = open(code);
  queue.open();
  queue.message(0, gift, 0, 10);
  await code.settle();
  assertEquals(length, 10);
});

Deno.test("HandlerQueue counts what waits, empty messages too", async () => {
  const code = new Code("open");
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, "");
  const one = queue.queuedBytes;
  arrive(queue, input, "12345");
  assert(one > 0);
  assertEquals(queue.queuedBytes, 2 * one + 5);
  await code.settle();
  assertEquals(queue.queuedBytes, 0);
});

Deno.test("HandlerQueue pins the chunk of a borrowed message until its handler has settled", async () => {
  const code = new Code("a");
  const { queue, input } = open(code);
  arrive(queue, input, "a");
  assertEquals(input.pinned, 1);
  await code.settle();
  assertEquals(input.pinned, 0);
  arrive(queue, input, "a", false);
  assertEquals(input.pinned, 0);
  await code.settle();
});

Deno.test("HandlerQueue pins nothing for a handler that is through before the chunk's walk goes on", () => {
  const code = new Code();
  const { queue, input } = open(code);
  let pins = 0;
  code.during = () => pins = input.pinned;
  arrive(queue, input, "a");
  assertEquals([pins, input.pinned], [0, 0]);
});

Deno.test("HandlerQueue runs close after what waits, and once", async () => {
  const code = new Code("open");
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, "a");
  queue.close(INFO);
  queue.close({ ...INFO, code: 1006 });
  arrive(queue, input, "late");
  queue.drain();
  await code.settle();
  assertEquals(code.log.slice(2), ["a", "a.", "close 1000", "close 1000."]);
});

Deno.test("HandlerQueue never runs one handler inside another, whatever a handler does to its peer", () => {
  const code = new Code();
  const { queue, input } = open(code);
  code.during = (name) => {
    if (name !== "a") return;
    queue.drain();
    arrive(queue, input, "b");
    queue.close(INFO);
  };
  arrive(queue, input, "a");
  assertEquals(code.log, ["a", "a.", "drain", "drain.", "b", "b.", "close 1000", "close 1000."]);
  const ending = new Code();
  const other = open(ending);
  ending.during = (name) => name === "open" && other.queue.close(INFO);
  other.queue.open();
  assertEquals(ending.log, ["open", "open.", "close 1000", "close 1000."]);
});

Deno.test("HandlerQueue runs drain once, before the messages that wait", async () => {
  const code = new Code("open", "drain");
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, "a");
  queue.drain();
  queue.drain();
  await code.settle();
  await code.settle();
  assertEquals(code.log.slice(2), ["drain", "drain.", "a", "a."]);
});

Deno.test("HandlerQueue.drop forgets the messages that wait, not the close", async () => {
  const code = new Code("open");
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, "a");
  queue.drop();
  queue.close(INFO);
  assertEquals(queue.queuedBytes, 0);
  await code.settle();
  assertEquals(code.log.slice(2), ["close 1000", "close 1000."]);
});

Deno.test("HandlerQueue keeps order and books over many messages, with one always waiting", async () => {
  const names = Array.from({ length: 300 }, (_, at) => String(at));
  const code = new Code("open", ...names);
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, names[0]!);
  for (const name of names.slice(1)) {
    arrive(queue, input, name);
    await code.settle();
    assert(queue.queuedBytes > 0 && queue.queuedBytes < 200);
  }
  await code.settle();
  await code.settle();
  assertEquals(code.log.filter((entry) => !entry.endsWith(".")), ["open", ...names]);
  assertFalse(queue.isBusy);
  assertEquals(queue.queuedBytes, 0);
});

Deno.test("HandlerQueue lets go of the bytes of handled messages while others wait", async () => {
  const code = new Code("open", "x");
  const { queue, input } = open(code);
  queue.open();
  const message = () => new TextEncoder().encode("x");
  const handled = new WeakRef(message());
  queue.message(FORM.TEXT, handled.deref()!, 0, 1);
  for (let i = 0; i < 10; i++) queue.message(FORM.TEXT, message(), 0, 1);
  await code.settle();
  await code.settle();
  input.recycled.length = 0;
  const isGone = await collected(handled);
  assert(isGone);
  for (let i = 0; i < 10; i++) await code.settle();
});

/** Whether the garbage collector takes it, given time and rubbish. */
async function collected(ref: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 200 && ref.deref() !== undefined; round++) {
    const rubbish = Array.from({ length: 1000 }, () => new Uint8Array(4096));
    assertEquals(rubbish.length, 1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ref.deref() === undefined;
}

/** A text whose handler goes asynchronous, long enough for its buffer to be worth lending. */
const HELD = "held".padEnd(20, "!");

/** A message that came together from parts, in a buffer of 64 bytes, behind room for a header. */
function gather(queue: HandlerQueue, text = HELD): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64);
  const { written } = new TextEncoder().encodeInto(text, bytes.subarray(16));
  queue.message(0, bytes, 16, 16 + written);
  return bytes;
}

/** The same text in a chunk, behind the header of a client's frame. */
function arriveHeld(queue: HandlerQueue, input: Input, start = 8): Uint8Array<ArrayBuffer> {
  new TextEncoder().encodeInto(HELD, input.buffer.subarray(start));
  queue.message(FORM.BORROWED, input.buffer, start, start + HELD.length);
  return input.buffer.subarray(start, start + HELD.length);
}

Deno.test("HandlerQueue lends a message for its exact view, once", () => {
  const { queue, input } = open(new Code(HELD));
  const bytes = gather(queue);
  assertEquals(queue.lendView(bytes.subarray(16, 35)), undefined);
  assertEquals(queue.lendView(bytes.subarray(17, 37)), undefined);
  assertEquals(queue.lendView(bytes.slice(16, 36)), undefined);
  const lent = queue.lendView(bytes.subarray(16, 36));
  assert(lent !== undefined && lent.bytes === bytes);
  assertEquals([lent.start, lent.end], [16, 36]);
  assertEquals(queue.lendView(bytes.subarray(16, 36)), undefined);
  assertEquals(input.recycled.length, 0);
});

Deno.test("HandlerQueue lends only while the message's handler runs or is pending", async () => {
  const code = new Code(HELD);
  const { queue, input } = open(code);
  const bytes = gather(queue);
  await code.settle();
  assertEquals([queue.lendView(bytes.subarray(16, 36)), input.recycled.length], [undefined, 1]);
  queue.drain();
  assertEquals(queue.lendView(bytes.subarray(16, 36)), undefined);
  const next = gather(queue);
  assertEquals(queue.lendView(bytes.subarray(16, 36)), undefined);
  assert(queue.lendView(next.subarray(16, 36)) !== undefined, "the next message can be lent as the first could");
});

Deno.test("HandlerQueue gives a lent message's buffer back when it is written and its handler has settled", async () => {
  for (const isWrittenFirst of [true, false]) {
    const code = new Code(HELD);
    const { queue, input } = open(code);
    const bytes = gather(queue);
    const lent = queue.lendView(bytes.subarray(16, 36))!;
    if (isWrittenFirst) lent.owner.give(bytes);
    else await code.settle();
    assertEquals(input.recycled.length, 0);
    if (isWrittenFirst) await code.settle();
    else lent.owner.give(bytes);
    assertEquals(input.recycled, [bytes]);
  }
});

Deno.test("HandlerQueue keeps a lent chunk pinned until it is written and its handler has settled", async () => {
  for (const isWrittenFirst of [true, false]) {
    const code = new Code(HELD);
    const { queue, input } = open(code);
    const view = arriveHeld(queue, input);
    const lent = queue.lendView(view)!;
    assertEquals([lent.bytes === input.buffer, lent.start, lent.end], [true, 8, 28]);
    assertEquals([input.pinned, queue.lendView(view)], [2, undefined]);
    if (isWrittenFirst) lent.owner.give(input.buffer);
    else await code.settle();
    assertEquals(input.pinned, 1);
    if (isWrittenFirst) await code.settle();
    else lent.owner.give(input.buffer);
    assertEquals([input.pinned, input.recycled.length], [0, 0]);
  }
});

Deno.test("HandlerQueue lends no message without room for a header before it", () => {
  for (const [start, isLent] of [[0, false], [1, false], [2, true]] as const) {
    const { queue, input } = open(new Code(HELD));
    const view = arriveHeld(queue, input, start);
    assertEquals(queue.lendView(view) !== undefined, isLent, `${start} bytes before it`);
  }
});

Deno.test("HandlerQueue lends no message that is less than a quarter of its buffer", () => {
  for (const [length, isLent] of [[15, false], [16, true]] as const) {
    const text = "x".repeat(length);
    const { queue } = open(new Code(text));
    const bytes = gather(queue, text);
    assertEquals(queue.lendView(bytes.subarray(16, 16 + length)) !== undefined, isLent, `${length} of 64 bytes`);
  }
});

Deno.test("HandlerQueue gives the buffer of a message back when nobody sent it on, and when nobody wanted it", () => {
  const { queue, input } = open(new Code());
  const bytes = gather(queue);
  assertEquals(input.recycled, [bytes]);
  queue.close(INFO);
  const late = gather(queue);
  assertEquals(input.recycled, [bytes, late]);
});

Deno.test("HandlerQueue gives a buffer back whose message it has copied", () => {
  const { queue, input } = open(new Code("open"));
  queue.open();
  const bytes = gather(queue, "short");
  assertEquals(input.recycled, [bytes]);
});

const given = (...texts: readonly string[]) =>
  texts.map((text) => ({ form: FORM.TEXT, bytes: new TextEncoder().encode(text) }));

Deno.test("HandlerQueue takes back what was not begun: it comes before all that waits, in its order", async () => {
  const code = new Code("open");
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, "c");
  arrive(queue, input, "d");
  queue.giveBack(given("a", "b"));
  await code.settle();
  assertEquals(code.log.filter((entry) => !entry.endsWith(".")), ["open", "a", "b", "c", "d"]);
});

Deno.test("HandlerQueue counts what it takes back, and forgets it with what waits", async () => {
  const code = new Code("open");
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, "12345");
  const one = queue.queuedBytes;
  queue.giveBack(given("12345", "12345"));
  assertEquals(queue.queuedBytes, 3 * one);
  queue.drop();
  assertEquals(queue.queuedBytes, 0);
  await code.settle();
  assertEquals(code.log, ["open", "open."]);
});

Deno.test("HandlerQueue: what is given back to an interlude is for whoever has the peer then", async () => {
  const [old, next] = [new Code(), new Code()];
  const { queue, input } = open(old);
  const done = Promise.withResolvers<void>();
  queue.interlude(() => done.promise);
  arrive(queue, input, "b");
  queue.giveBack(given("a"));
  queue.drain();
  queue.handTo(next);
  assertEquals(next.log, []);
  done.resolve();
  await new Promise<void>(queueMicrotask);
  assertEquals([old.log, next.log], [[], ["drain", "drain.", "a", "a.", "b", "b."]]);
  assertEquals(queue.queuedBytes, 0);
});

Deno.test("HandlerQueue: what is given back runs before close", async () => {
  const code = new Code("open");
  const { queue } = open(code);
  queue.open();
  queue.close(INFO);
  queue.giveBack(given("a"));
  await code.settle();
  assertEquals(code.log.slice(2), ["a", "a.", "close 1000", "close 1000."]);
});
