/** The queue beside an array, which is slow and right. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo } from "../../lib/gateway/fifo.ts";

Deno.test("Fifo gives what an array would, whatever is pushed and shifted", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (pushes) => {
    const fifo = new Fifo<number>();
    const list: number[] = [];
    for (const [at, isPush] of pushes.entries()) {
      if (isPush) {
        fifo.push(at);
        list.push(at);
      } else assertEquals(fifo.shift(), list.shift());
      assertEquals(fifo.length, list.length);
    }
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
