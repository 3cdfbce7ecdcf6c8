/** What all connections hold together. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { MemoryBudget, type MemoryHolder } from "../../lib/gateway/memory_budget.ts";

class Holder implements MemoryHolder {
  heldBytes = 0;
  isRelieved = false;
  readonly #budget: () => MemoryBudget;

  constructor(budget: () => MemoryBudget) {
    this.#budget = budget;
  }

  hold(bytes: number): void {
    this.heldBytes += bytes;
    this.#budget().add(bytes);
  }

  relieve(): void {
    this.isRelieved = true;
    this.hold(-this.heldBytes);
  }
}

function open(maxBytes: number, count: number): { budget: MemoryBudget; holders: Holder[] } {
  const holders: Holder[] = Array.from({ length: count }, () => new Holder(() => budget));
  const budget = new MemoryBudget(maxBytes, new Set(holders));
  return { budget, holders };
}

const turnEnds = () => new Promise<void>(queueMicrotask);

Deno.test("MemoryBudget is exhausted above seven eighths of its limit, and makes nobody let go before all of it", async () => {
  const { budget, holders } = open(800, 1);
  holders[0]!.hold(700);
  assertFalse(budget.isExhausted);
  holders[0]!.hold(1);
  assert(budget.isExhausted);
  holders[0]!.hold(99);
  await turnEnds();
  assertEquals([budget.heldBytes, holders[0]!.isRelieved], [800, false]);
  holders[0]!.hold(1);
  await turnEnds();
  assert(holders[0]!.isRelieved);
});

Deno.test("MemoryBudget over its limit makes the largest let go, as many as it takes, after the turn's work", async () => {
  const { budget, holders } = open(100, 5);
  for (const [at, bytes] of [10, 60, 5, 50, 0].entries()) holders[at]!.hold(bytes);
  assertEquals(holders.filter(({ isRelieved }) => isRelieved), []);
  await turnEnds();
  assertEquals(holders.map(({ isRelieved }) => isRelieved), [false, true, false, false, false]);
  assertEquals(budget.heldBytes, 65);
  holders[0]!.hold(1000);
  holders[3]!.hold(1000);
  await turnEnds();
  assertEquals(holders.map(({ heldBytes }) => heldBytes), [0, 0, 5, 0, 0]);
});

Deno.test("MemoryBudget leaves everybody alone when it is below its limit again before the turn ends", async () => {
  const { holders } = open(100, 2);
  holders[0]!.hold(200);
  holders[0]!.hold(-150);
  await turnEnds();
  assertFalse(holders[0]!.isRelieved);
});

Deno.test("MemoryBudget that cannot be relieved tries again with the next growth, and ends", async () => {
  const { budget, holders } = open(100, 1);
  let asked = 0;
  holders[0]!.relieve = () => asked++;
  holders[0]!.hold(200);
  await turnEnds();
  assertEquals(asked, 1);
  holders[0]!.hold(1);
  await turnEnds();
  assertEquals([asked, budget.isExhausted], [2, true]);
});
