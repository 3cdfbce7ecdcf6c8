/** What stands between a connection and its code, where something does. @module */
import { assert, assertEquals } from "@std/assert";
import { ClientEvents } from "../../../lib/gateway/session/client_events.ts";
import { Doorway, type DoorwayConnection } from "../../../lib/gateway/session/doorway.ts";
import { GuardedEvents } from "../../../lib/gateway/session/guarded_events.ts";
import { Hub } from "../../../lib/pubsub/mod.ts";
import type { PeerEvents, RouteEntry } from "../../../lib/route/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A doorway, its code, and where the connection was passed into. */
function made(subprotocol: string, hasAuthenticate: boolean, token?: string) {
  const code = { open() {}, authenticate: () => true } as unknown as PeerEvents;
  const entry = { runtime: { attach: () => code }, index: 0, descriptor: { hasAuthenticate } } as unknown as RouteEntry;
  const passed: PeerEvents[] = [];
  const connection = {
    id: "p-1",
    subprotocol,
    passInto: (events: PeerEvents) => void passed.push(events),
    send: () => true,
  } as unknown as DoorwayConnection;
  const opening = { entry, options: { authTimeoutMs: 10 }, token, refusedFor: undefined };
  const doorway = Doorway.of(connection, opening, { hub: new Hub(), clock: new FakeClock() });
  return { code, entry, doorway, passed };
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
