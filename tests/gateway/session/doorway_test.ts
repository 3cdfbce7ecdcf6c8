/** What stands between a connection and its code, where something does. @module */
import { assert, assertEquals } from "@std/assert";
import { ClientEvents } from "../../../lib/gateway/session/client_events.ts";
import { Doorway, type DoorwayConnection } from "../../../lib/gateway/session/doorway.ts";
import { GuardedEvents } from "../../../lib/gateway/session/guarded_events.ts";
import { TimerWheel } from "../../../lib/gateway/timer_wheel.ts";
import { Hub } from "../../../lib/pubsub/mod.ts";
import { Keepalive } from "../../../lib/protocol/mod.ts";
import type { Admission } from "../../../lib/route/mod.ts";
import type { PeerEvents, RouteEntry } from "../../../lib/route/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const WAITS = {
  pingIntervalMs: 0,
  pongTimeoutMs: 0,
  messageTimeoutMs: 0,
  writeTimeoutMs: 0,
  idleTimeoutMs: 0,
  closeTimeoutMs: 0,
};

/** A doorway, its code, and where the connection was passed into. */
function made(subprotocol: string, hasAuthenticate: boolean, token?: string, admission?: Admission) {
  const code = { open() {}, authenticate: () => true } as unknown as PeerEvents;
  const entry = { runtime: { attach: () => code }, index: 0, descriptor: { hasAuthenticate } } as unknown as RouteEntry;
  const passed: PeerEvents[] = [];
  const looks: string[] = [];
  const clock = new FakeClock();
  const keepalive = new Keepalive(WAITS, clock.now());
  const connection = {
    id: "p-1",
    subprotocol,
    passInto: (events: PeerEvents) => void passed.push(events),
    send: () => true,
    isOpen: true,
    dueAt: Infinity,
    nextTimer: undefined,
    previousTimer: undefined,
    onTimer: (now: number) => (looks.push(keepalive.check(now)), Infinity),
  } as unknown as DoorwayConnection;
  const opening = { entry, options: { authTimeoutMs: 10 }, token, admission, refusedFor: undefined };
  const doorway = Doorway.of(connection, opening, { hub: new Hub(), clock, wheel: new TimerWheel(clock) }, keepalive);
  return { code, entry, doorway, passed, looks, clock };
}

Deno.test("Doorway: most connections need none", () => {
  assertEquals(made("", false).doorway, undefined);
  assertEquals(made("chat.v1", false).doorway, undefined);
});

Deno.test("Doorway gives a client of ours a session, whatever its route asks", () => {
  for (const asks of [false, true]) {
    const { doorway, entry } = made("sockeye.v1", asks);
    assert(doorway?.session !== undefined);
    assert(doorway.attach(entry) instanceof ClientEvents);
  }
});

Deno.test("Doorway stands aside once a plain client has entered, also for the code that comes later", () => {
  const { doorway, entry, code, passed } = made("", true, "good");
  const events = doorway!.attach(entry);
  assert(events instanceof GuardedEvents);
  events.open();
  assertEquals(passed, [code]);
  assertEquals(doorway!.attach(entry), code);
});

Deno.test("Doorway has who was admitted for a while looked at when that is over", () => {
  const { doorway, entry, passed, code, looks, clock } = made("", false, undefined, { expiresInMs: 1_000 });
  doorway!.attach(entry).open();
  assertEquals(passed, [code]);
  clock.advance(999);
  assertEquals(looks, []);
  clock.advance(51);
  assertEquals(looks, ["TOKEN_EXPIRED"]);
});
