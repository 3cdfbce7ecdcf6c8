/** The handlers of a peer that has to enter first. @module */
import { assertEquals } from "@std/assert";
import { Entrance } from "../../../lib/gateway/session/entrance.ts";
import { GuardedEvents } from "../../../lib/gateway/session/guarded_events.ts";
import type { PeerEvents } from "../../../lib/route/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** Code that writes down what it hears. */
function code(log: string[]): PeerEvents {
  return {
    open: () => void log.push("open"),
    message: () => void log.push("message"),
    subscribe: () => false,
    authenticate: (token) => token === "good",
    drain: () => void log.push("drain"),
    close: () => void log.push("close"),
    abort: () => void log.push("abort"),
    suspend: () => "state",
    resume: () => void log.push("resume"),
    revoke: () => void log.push("revoke"),
  };
}

function guarded(token?: string) {
  const log: string[] = [];
  const entrance = new Entrance(
    {
      clock: new FakeClock(),
      authTimeoutMs: 10,
      violate: (violation) => void log.push(violation),
      entered: () => void log.push("entered"),
      expireIn: () => {},
    },
    { asks: true, admission: undefined, token, mayBring: true, refusedFor: undefined },
  );
  const events = new GuardedEvents(code(log), entrance);
  const all = (): void => {
    events.open();
    events.message(0, new Uint8Array(0), 0, 0);
    events.drain();
    events.resume(undefined, "swap");
  };
  return { log, events, all };
}

Deno.test("GuardedEvents keeps all but the end from code whose peer has not entered", () => {
  const { log, events, all } = guarded();
  all();
  assertEquals(events.suspend(), undefined);
  events.close({ code: 1000, reason: "", wasClean: true });
  assertEquals(log, ["revoke"]);
});

Deno.test("GuardedEvents passes everything on once the peer has entered", () => {
  const { log, events, all } = guarded("good");
  all();
  assertEquals(events.suspend(), "state");
  events.close({ code: 1000, reason: "", wasClean: true });
  assertEquals(log, ["entered", "open", "message", "drain", "resume", "close"]);
});
