/** A dead connection is noticed, and a sleeping machine is not taken for one. @module */
import { assertEquals } from "@std/assert";
import { createHeartbeat } from "../../lib/client/heartbeat.ts";
import { FakeClock } from "../support/fake_clock.ts";

function begin(pingIntervalMs = 25_000) {
  const clock = new FakeClock();
  const seen: string[] = [];
  const heartbeat = createHeartbeat(
    { clock, pingIntervalMs, pongTimeoutMs: 10_000 },
    () => seen.push("ping"),
    () => seen.push("dead"),
  );
  return { clock, seen, heartbeat };
}

Deno.test("after silence the server is asked, and without an answer the connection is dead", () => {
  const { clock, seen } = begin();
  clock.advance(24_999);
  assertEquals(seen, []);
  clock.advance(1);
  assertEquals(seen, ["ping"]);
  clock.advance(10_000);
  assertEquals(seen, ["ping", "dead"]);
});

Deno.test("whatever comes is an answer, and puts the next question off", () => {
  const { clock, seen, heartbeat } = begin();
  clock.advance(20_000);
  heartbeat.heard();
  clock.advance(24_999);
  assertEquals(seen, []);
  clock.advance(1);
  heartbeat.heard();
  clock.advance(24_999);
  assertEquals(seen, ["ping"]);
  clock.advance(1);
  assertEquals(seen, ["ping", "ping"]);
});

Deno.test("a probe asks at once, with a time of its own", () => {
  const { clock, seen, heartbeat } = begin();
  heartbeat.probe(3_000);
  assertEquals(seen, ["ping"]);
  clock.advance(3_000);
  assertEquals(seen, ["ping", "dead"]);
});

Deno.test("a timer that comes much too late proves nothing: it is asked once more", () => {
  const { clock, seen, heartbeat } = begin();
  clock.advance(25_000);
  clock.jump(3_600_000);
  assertEquals(seen, ["ping", "ping"]);
  heartbeat.heard();
  clock.advance(10_000);
  assertEquals(seen, ["ping", "ping"]);
});

Deno.test("a page whose timers are held back all the time still notices", () => {
  const { clock, seen } = begin();
  for (let minute = 0; minute < 3; minute++) clock.jump(60_000);
  assertEquals(seen, ["ping", "ping", "dead"]);
});

Deno.test("with an interval of 0 nothing is asked by itself, and a probe still is", () => {
  const { clock, seen, heartbeat } = begin(0);
  clock.advance(1_000_000);
  assertEquals([seen.length, clock.pendingTimers], [0, 0]);
  heartbeat.probe(3_000);
  heartbeat.heard();
  clock.advance(1_000_000);
  assertEquals([seen, clock.pendingTimers], [["ping"], 0]);
});

Deno.test("once stopped, nothing is asked and nothing waits", () => {
  const { clock, seen, heartbeat } = begin();
  heartbeat.probe(3_000);
  heartbeat.stop();
  clock.advance(1_000_000);
  assertEquals([seen, clock.pendingTimers], [["ping"], 0]);
});
