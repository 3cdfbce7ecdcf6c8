/** The estimate of the server's clock. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ServerClock } from "../../../routes/_compare/browser/server_clock.ts";

Deno.test("ServerClock takes the server's time for that of the middle, and the shortest round trip of all", () => {
  const clock = new ServerClock();
  assertEquals(clock.estimate, undefined);
  clock.sample("Polling", 1_000, 1_900, 2_000);
  assertEquals(clock.estimate, { offsetMs: 400, roundTripMs: 1_000, over: "Polling" });
  clock.sample("WebSocket", 3_000, 3_105, 3_010);
  assertEquals(clock.estimate, { offsetMs: 100, roundTripMs: 10, over: "WebSocket" });
  clock.sample("Long-polling", 4_000, 9_999, 4_010);
  clock.sample("WebSocket", 5_000, 9_999, 4_999);
  assertEquals(clock.estimate?.offsetMs, 100);
});

Deno.test("property: it errs by half of its round trip at most, however uneven the two ways are", () => {
  const trip = fc.record({
    there: fc.double({ min: 0, max: 5_000, noNaN: true }),
    back: fc.double({ min: 0, max: 5_000, noNaN: true }),
  });
  const ahead = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(fc.property(ahead, fc.array(trip, { minLength: 1 }), (offset, trips) => {
    const clock = new ServerClock();
    for (const { there, back } of trips) clock.sample("x", 0, there + offset, there + back);
    const { offsetMs, roundTripMs } = clock.estimate!;
    assertEquals(roundTripMs, Math.min(...trips.map(({ there, back }) => there + back)));
    assert(Math.abs(offsetMs - offset) <= roundTripMs / 2 + 1e-6);
  }));
});
