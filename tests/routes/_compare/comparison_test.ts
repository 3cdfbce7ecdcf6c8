/** The lanes together. @module */
import { assertEquals } from "@std/assert";
import { Comparison, LONGEST_RUN_MS } from "../../../routes/_compare/browser/comparison.ts";
import type { Lane } from "../../../routes/_compare/browser/lane.ts";
import { TrafficMeter } from "../../../routes/_compare/browser/traffic.ts";

function bench() {
  const calls: string[] = [];
  const meter = new TrafficMeter();
  const lane = { meter, start: (path: string) => calls.push(path), stop: () => calls.push("stop") } as unknown as Lane;
  const time = { now: 5_000 };
  return { calls, meter, time, comparison: new Comparison([lane], () => time.now) };
}

Deno.test("Comparison starts its lanes at a rate, writes down their bytes each half second, and stops them", () => {
  const { calls, meter, time, comparison } = bench();
  comparison.start(4);
  for (let step = 0; step < 4; step++) {
    time.now += 250;
    meter.framedMessage("down", 8);
    comparison.note();
  }
  assertEquals(comparison.columns, [[0, 0.5, 1], [0, 20, 40]]);
  comparison.stop();
  comparison.stop();
  time.now += 9_000;
  comparison.note();
  assertEquals([calls, comparison.elapsedMs, comparison.isRunning], [["/compare?rate=4", "stop"], 1_000, false]);
  assertEquals(comparison.columns[0]?.length, 3);
});

Deno.test("Comparison ends by itself what nobody stops", () => {
  const { calls, time, comparison } = bench();
  comparison.start(1);
  time.now += LONGEST_RUN_MS;
  comparison.note();
  assertEquals([comparison.isRunning, calls.at(-1)], [false, "stop"]);
});

Deno.test("Comparison: a lane that is left out does not start, until it takes part again", () => {
  const { calls, comparison } = bench();
  const lane = comparison.lanes[0]!;
  comparison.toggle(lane);
  comparison.start(4);
  assertEquals([comparison.has(lane), calls], [false, ["stop"]]);
  comparison.toggle(lane);
  assertEquals([comparison.has(lane), calls.at(-1)], [true, "/compare?rate=4"]);
  comparison.stop();
  comparison.toggle(lane);
  comparison.toggle(lane);
  assertEquals(calls.slice(-2), ["stop", "stop"]);
});
