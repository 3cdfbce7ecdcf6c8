/** Keepalive never oversleeps: what check would say is said by nextCheckAt at the latest. @module */
import { assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { Keepalive, type KeepaliveOptions } from "../../lib/protocol/mod.ts";

const wait = fc.constantFrom(0, 1, 7, 20, 50);
const options: fc.Arbitrary<KeepaliveOptions> = fc.record({
  pingIntervalMs: wait,
  pongTimeoutMs: wait,
  messageTimeoutMs: wait,
  writeTimeoutMs: wait,
  idleTimeoutMs: wait,
  closeTimeoutMs: wait,
});

/** Everything that can happen to a connection, and time in between. */
const EVENTS = {
  received: (keepalive: Keepalive, now: number) => keepalive.received(now),
  active: (keepalive: Keepalive, now: number) => keepalive.active(now),
  messageBegins: (keepalive: Keepalive, now: number) => keepalive.insideMessage(true, false, now),
  messageFollows: (keepalive: Keepalive, now: number) => keepalive.insideMessage(true, true, now),
  messageEnds: (keepalive: Keepalive, now: number) => keepalive.insideMessage(false, true, now),
  writing: (keepalive: Keepalive, now: number) => keepalive.writing(now),
  written: (keepalive: Keepalive) => keepalive.written(),
  paused: (keepalive: Keepalive, now: number) => keepalive.paused(now),
  resumed: (keepalive: Keepalive, now: number) => keepalive.resumed(now),
  closing: (keepalive: Keepalive, now: number) => keepalive.closing(now),
  expiresSoon: (keepalive: Keepalive, now: number) => keepalive.expireAt(now + 25),
  expiresLater: (keepalive: Keepalive, now: number) => keepalive.expireAt(now + 60),
  expiresNever: (keepalive: Keepalive) => keepalive.expireAt(Infinity),
  check: (keepalive: Keepalive, now: number) => void keepalive.check(now),
} as const;

const names = Object.keys(EVENTS) as (keyof typeof EVENTS)[];
// A connection closes once, and rarely.
const eventName = fc.oneof(
  { arbitrary: fc.constantFrom(...names.filter((name) => name !== "closing")), weight: 30 },
  { arbitrary: fc.constant("closing" as const), weight: 1 },
);

interface Step {
  readonly name: keyof typeof EVENTS;
  /** Time that passes before it. */
  readonly waitMs: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ name: eventName, waitMs: fc.nat(30) }), { maxLength: 30 });

/** Longer than any wait. */
const HORIZON_MS = 120;

function replay(
  waits: KeepaliveOptions,
  script: readonly Step[],
): { readonly keepalive: Keepalive; readonly now: number } {
  let now = 1_000;
  const keepalive = new Keepalive(waits, now);
  for (const { name, waitMs } of script) {
    now += waitMs;
    EVENTS[name](keepalive, now);
  }
  return { keepalive, now };
}

Deno.test("Keepalive.nextCheckAt is the first moment at which check has something to say, neither later nor earlier", () => {
  fc.assert(
    fc.property(options, steps, (waits, script) => {
      const { keepalive, now } = replay(waits, script);
      const at = keepalive.nextCheckAt;
      for (let later = now; later <= now + HORIZON_MS; later++) {
        // check that says nothing changes nothing.
        const action = keepalive.check(later);
        assertEquals(action !== "none", at <= later, `${action} at +${later - now}, promised for +${at - now}`);
        if (action !== "none") return;
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("Keepalive that is looked at when it asked to be is never asked in vain, and time goes on", () => {
  fc.assert(
    fc.property(options, steps, (waits, script) => {
      const { keepalive, now } = replay(waits, script);
      let at = Math.max(now, keepalive.nextCheckAt);
      for (let looks = 0; looks < 5 && at !== Infinity; looks++) {
        if (keepalive.check(at) !== "ping") return;
        assertGreater(keepalive.nextCheckAt, at, "after a ping it asks for later");
        at = keepalive.nextCheckAt;
      }
    }),
    { numRuns: 1_000 },
  );
});
