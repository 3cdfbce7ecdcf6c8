import { assertEquals } from "@std/assert";
import { PING_INTERVAL_MS, PING_TIMEOUT_MS, watchLiveness } from "../../lib/backplane/liveness.ts";
import { FakeServer, FakeSession, turn } from "../support/fake_broker.ts";
import { FakeClock } from "../support/fake_clock.ts";

function session() {
  const silent = { onSent() {}, onStored() {}, told() {} };
  return new FakeSession(new FakeServer(), silent);
}

Deno.test("a broker that answers is asked again after a pause", async () => {
  const [clock, watched] = [new FakeClock(), session()];
  const end = watchLiveness(watched, clock);
  for (let round = 0; round < 5; round++) {
    clock.advance(PING_INTERVAL_MS);
    await turn();
  }
  assertEquals(clock.pendingTimers, 1);
  end();
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("a broker that does not answer for 10 s is dropped", async () => {
  const [clock, watched] = [new FakeClock(), session()];
  watchLiveness(watched, clock);
  watched.isAnswering = false;
  clock.advance(PING_INTERVAL_MS + PING_TIMEOUT_MS - 1);
  assertEquals(clock.pendingTimers, 1);
  clock.advance(1);
  assertEquals(await watched.ended, "no answer in 10000 ms");
});

Deno.test("an answer that comes after the watch has ended starts nothing", async () => {
  const [clock, watched] = [new FakeClock(), session()];
  const end = watchLiveness(watched, clock);
  clock.advance(PING_INTERVAL_MS);
  end();
  await turn();
  assertEquals(clock.pendingTimers, 0);
});
