/** What comes between two handlers, and handlers that are no longer waited for. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { arrive, Code, INFO, open } from "../support/queue_code.ts";

/** A task that is done when it is told to be. */
function task(code: Code, name = "task"): { readonly run: () => Promise<void>; readonly end: () => Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    run: () => {
      code.log.push(name);
      return promise;
    },
    end: async () => {
      resolve();
      await new Promise<void>(queueMicrotask);
      await new Promise<void>(queueMicrotask);
    },
  };
}

Deno.test("HandlerQueue runs an interlude between two handlers; what comes meanwhile waits, in order", async () => {
  const code = new Code("a");
  const { queue, input } = open(code);
  queue.open();
  arrive(queue, input, "a");
  arrive(queue, input, "b");
  const interlude = task(code);
  assert(queue.interlude(interlude.run));
  arrive(queue, input, "c");
  queue.drain();
  assertEquals(code.log, ["open", "open.", "a", "a."]);
  await code.settle();
  assertEquals(code.log.slice(4), ["task"]);
  queue.close(INFO);
  await interlude.end();
  assertEquals(code.log.slice(5), ["drain", "drain.", "b", "b.", "c", "c.", "close 1000", "close 1000."]);
});

Deno.test("HandlerQueue calls other handlers from an interlude on", async () => {
  const [code, next] = [new Code(), new Code()];
  const { queue, input } = open(code);
  queue.open();
  const interlude = task(code);
  queue.interlude(() => {
    queue.handTo(next);
    return interlude.run();
  });
  arrive(queue, input, "a");
  queue.close(INFO);
  await interlude.end();
  assertEquals([code.log, next.log], [["open", "open.", "task"], ["a", "a.", "close 1000", "close 1000."]]);
});

Deno.test("HandlerQueue has no interlude once close was called", async () => {
  const code = new Code("close 1000");
  const { queue } = open(code);
  queue.open();
  queue.close(INFO);
  assertFalse(queue.interlude(() => Promise.reject(new Error("never called"))));
  await code.settle();
  assertFalse(queue.interlude(() => Promise.reject(new Error("never called"))));
});

Deno.test("HandlerQueue abandons a handler: others go on, and its bytes stay until it settles", async () => {
  const code = new Code("a", "c");
  const { queue, input, progress } = open(code);
  queue.open();
  arrive(queue, input, "a");
  arrive(queue, input, "b");
  assertEquals(input.pinned, 1);
  queue.abandon();
  assertEquals([code.log.slice(2), input.pinned, progress()], [["a", "a.", "b", "b."], 1, 1]);
  arrive(queue, input, "c");
  arrive(queue, input, "d");
  assertEquals(input.pinned, 2);
  // The one that was abandoned is not taken for the one that is pending now.
  await code.settle();
  assertEquals([code.log.slice(6), input.pinned], [["c", "c."], 1]);
  await code.settle();
  assertEquals([code.log.slice(8), input.pinned], [["d", "d."], 0]);
  // There is nobody to abandon.
  queue.abandon();
  assertEquals(queue.isBusy, false);
});
