/** Publications that one rule keeps. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Shelf, type Shelved } from "../../lib/pubsub/shelf.ts";

class Thing implements Shelved {
  readonly storedAt: number;
  older: this | undefined;
  newer: this | undefined;

  constructor(storedAt: number) {
    this.storedAt = storedAt;
  }
}

Deno.test("Shelf knows its oldest, whatever is added and taken out, as an array would", () => {
  const steps = fc.array(fc.option(fc.nat(20)), { maxLength: 100 });
  fc.assert(fc.property(steps, (all) => {
    const shelf = new Shelf<Thing>("rule", 10);
    const list: Thing[] = [];
    for (const [at, step] of all.entries()) {
      const out = step === null ? undefined : list[step % Math.max(1, list.length)];
      if (out === undefined) {
        list.push(new Thing(at));
        shelf.add(list.at(-1)!);
      } else {
        list.splice(list.indexOf(out), 1);
        shelf.remove(out);
        assertEquals([out.older, out.newer], [undefined, undefined]);
      }
      const held: number[] = [];
      for (let one = shelf.oldest; one !== undefined; one = one.newer) held.push(one.storedAt);
      assertEquals(held, list.map(({ storedAt }) => storedAt));
    }
  }));
});
