/** The queue beside an array, which is slow and right. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo } from "../../lib/frame/fifo.ts";

/** What is done to a queue: one is added, one taken out, or some are put before all others. */
const steps = fc.array(fc.oneof(fc.constantFrom("push" as const, "shift" as const), fc.nat(100)), { maxLength: 200 });

Deno.test("Fifo gives what an array would, whatever is pushed, shifted, and put before all others", () => {
  fc.assert(fc.property(steps, (all) => {
    const fifo = new Fifo<number>();
    const list: number[] = [];
    for (const [at, step] of all.entries()) {
      if (step === "push") {
        fifo.push(at);
        list.push(at);
      } else if (step === "shift") assertEquals(fifo.shift(), list.shift());
      else {
        const ones = Array.from({ length: step }, (_, index) => 1000 * at + index);
        fifo.unshift(ones);
        list.unshift(...ones);
      }
      assertEquals([fifo.length, fifo.first, fifo.toArray()], [list.length, list[0], list]);
    }
    while (list.length > 0) assertEquals(fifo.shift(), list.shift());
    assertEquals([fifo.shift(), fifo.length], [undefined, 0]);
  }));
});

Deno.test("Fifo keeps the order over many more than it cuts its list at, with some always waiting", () => {
  const fifo = new Fifo<number>();
  for (let at = 0; at < 30_000; at++) {
    fifo.push(at);
    if (at >= 10_000) assertEquals(fifo.shift(), at - 10_000);
  }
  assertEquals(fifo.length, 10_000);
  for (let at = 20_000; at < 30_000; at++) assertEquals(fifo.shift(), at);
  assertEquals([fifo.shift(), fifo.length], [undefined, 0]);
});

Deno.test("Fifo takes undefined for a member like any other", () => {
  const fifo = new Fifo<undefined>();
  fifo.push(undefined);
  fifo.push(undefined);
  assertEquals([fifo.shift(), fifo.length], [undefined, 1]);
});
