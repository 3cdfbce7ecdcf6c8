import { assertEquals } from "@std/assert";
import { dismissInBatches } from "../../lib/gateway/dismissal.ts";
import { FakeClock } from "../support/fake_clock.ts";

const items = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

Deno.test("dismissInBatches sends away so many at a time, each once, in order", () => {
  const clock = new FakeClock();
  const gone: number[] = [];
  const terms = { drainBatchSize: 2, drainIntervalMs: 100, drainTimeoutMs: 10_000 };
  dismissInBatches(items(5), (item) => gone.push(item), terms, clock);
  assertEquals(gone, [0, 1]);
  clock.advance(100);
  assertEquals(gone, [0, 1, 2, 3]);
  clock.advance(1_000);
  assertEquals(gone, items(5));
});

Deno.test("dismissInBatches takes more at a time where its time would not suffice", () => {
  const clock = new FakeClock();
  const gone: number[] = [];
  const terms = { drainBatchSize: 1, drainIntervalMs: 100, drainTimeoutMs: 1_000 };
  dismissInBatches(items(100), (item) => gone.push(item), terms, clock);
  assertEquals(gone.length, 20);
  clock.advance(400);
  assertEquals(gone, items(100));
});

Deno.test("dismissInBatches stops when it is told to", () => {
  const clock = new FakeClock();
  const gone: number[] = [];
  const terms = { drainBatchSize: 1, drainIntervalMs: 100, drainTimeoutMs: 10_000 };
  const stop = dismissInBatches(items(3), (item) => gone.push(item), terms, clock);
  stop();
  clock.advance(1_000);
  assertEquals(gone, [0]);
});
