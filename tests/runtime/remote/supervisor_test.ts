import { assert, assertEquals } from "@std/assert";
import {
  ENDS_WINDOW_MS,
  FIRST_BACKOFF_MS,
  MAX_BACKOFF_MS,
  MAX_ENDS,
  Supervisor,
} from "../../../lib/runtime/remote/supervisor.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { turns } from "./support/records.ts";

/** A supervisor whose restarts happen, or fail, or are pending. */
function bench(restart: () => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const events: string[] = [];
  const supervisor = new Supervisor({
    clock,
    restart: () => {
      events.push(`restart at ${clock.now()}`);
      return restart();
    },
    quarantined: () => void events.push("quarantined"),
    told: (message, { reason }) => void events.push(`${message}: ${reason}`),
  });
  return { clock, events, supervisor };
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  let isDone = false;
  void promise.then(() => isDone = true);
  await turns();
  return isDone;
}

Deno.test("Supervisor starts code again that has ended, after the first wait, and says so", async () => {
  const { clock, events, supervisor } = bench();
  assertEquals(supervisor.state, "up");
  supervisor.ended("it exited");
  assertEquals(supervisor.state, "down");
  clock.advance(FIRST_BACKOFF_MS - 1);
  assertEquals(events, [`its code has ended and is started again in ${FIRST_BACKOFF_MS} ms: it exited`]);
  clock.advance(1);
  await turns();
  assertEquals([events.at(-1), supervisor.state], [`restart at ${1000 + FIRST_BACKOFF_MS}`, "up"]);
});

Deno.test("Supervisor waits twice as long each time, restarts that fail included, and gives up after the fifth end", async () => {
  const { clock, events, supervisor } = bench(() => Promise.reject(new Error("no memory")));
  supervisor.ended("first");
  const waits: number[] = [];
  while (supervisor.state === "down") {
    const before = clock.now();
    const known = events.length;
    while (events.length === known) clock.advance(1);
    waits.push(clock.now() - before);
    await turns();
  }
  assertEquals(waits, [100, 200, 400, 800]);
  assertEquals(events.slice(-2), [
    `its code has ended ${MAX_ENDS} times within ${ENDS_WINDOW_MS / 1000} s and is not started again: no memory`,
    "quarantined",
  ]);
  assertEquals([supervisor.state, clock.pendingTimers], ["quarantined", 0]);
  supervisor.ended("once more");
  assertEquals([events.at(-1), clock.pendingTimers], ["quarantined", 0]);
});

Deno.test("Supervisor forgets ends that lie far back: code that ends now and then is started for ever", async () => {
  const { clock, supervisor, events } = bench();
  for (let count = 0; count < 50; count++) {
    supervisor.ended("now and then");
    clock.advance(MAX_BACKOFF_MS);
    await turns();
    assertEquals(supervisor.state, "up");
    clock.advance(ENDS_WINDOW_MS / (MAX_ENDS - 1) - MAX_BACKOFF_MS);
  }
  assert(events.filter((event) => event.includes("started again in")).length === 50);
  assert(!events.includes("quarantined"));
});

Deno.test("Supervisor gives code up that ends for the fifth time just within the window, not at its end", async () => {
  for (const [gap, state] of [[ENDS_WINDOW_MS - 1, "quarantined"], [ENDS_WINDOW_MS, "down"]] as const) {
    const { clock, supervisor } = bench();
    supervisor.ended("first");
    const first = clock.now();
    for (let count = 1; count < MAX_ENDS - 1; count++) {
      clock.advance(MAX_BACKOFF_MS);
      await turns();
      supervisor.ended("next");
    }
    clock.advance(first + gap - clock.now());
    await turns();
    supervisor.ended("last");
    assertEquals(supervisor.state, state);
  }
});

Deno.test("Supervisor.settled resolves when the code is up, when it is given up, or when patience is lost", async () => {
  const started = Promise.withResolvers<void>();
  const { clock, supervisor } = bench(() => started.promise);
  assert(await isSettled(supervisor.settled(5000)));
  supervisor.ended("gone");
  const [long, short] = [supervisor.settled(5000), supervisor.settled(150)];
  clock.advance(149);
  assert(!await isSettled(short));
  clock.advance(1);
  assertEquals([await isSettled(short), await isSettled(long)], [true, false]);
  started.resolve();
  assert(await isSettled(long));
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("Supervisor.settled resolves at once for all who wait when the code is given up", async () => {
  const { clock, supervisor } = bench(() => Promise.reject(new Error("no")));
  supervisor.ended("gone");
  const settled = supervisor.settled(60_000);
  for (const waitMs of [100, 200, 400]) {
    clock.advance(waitMs);
    assert(!await isSettled(settled));
  }
  clock.advance(800);
  assert(await isSettled(settled));
  assertEquals(clock.pendingTimers, 0);
  assert(await isSettled(supervisor.settled(60_000)));
});

Deno.test("Supervisor: code that ends while its start is still under way is down, whatever comes of the start", async () => {
  const started = Promise.withResolvers<void>();
  const { clock, supervisor, events } = bench(() => started.promise);
  supervisor.ended("first");
  clock.advance(100);
  supervisor.ended("while peers were brought back");
  const settled = supervisor.settled(5000);
  started.resolve();
  assertEquals([await isSettled(settled), supervisor.state], [false, "down"]);
  clock.advance(200);
  assertEquals([await isSettled(settled), supervisor.state], [true, "up"]);
  assertEquals([events.filter((event) => event.startsWith("restart")).length, clock.pendingTimers], [2, 0]);
});

Deno.test("Supervisor.close starts nothing any more, and lets nobody wait", async () => {
  const { clock, supervisor, events } = bench();
  supervisor.ended("gone");
  const settled = supervisor.settled(5000);
  supervisor.close();
  assert(await isSettled(settled));
  assertEquals(clock.pendingTimers, 0);
  supervisor.ended("again");
  clock.advance(60_000);
  assertEquals(events.length, 1);
});

Deno.test("Supervisor.close while a restart is under way: its success does not make the code up", async () => {
  const started = Promise.withResolvers<void>();
  const { clock, supervisor } = bench(() => started.promise);
  supervisor.ended("gone");
  clock.advance(100);
  supervisor.close();
  started.resolve();
  await turns();
  assertEquals(supervisor.state, "quarantined");
});
