/** A peer whose code sleeps and wakes; the code itself is played here. @module */
import { assertEquals } from "@std/assert";
import { FORM } from "../../../lib/frame/mod.ts";
import type { PeerEvents } from "../../../lib/route/table.ts";
import { HibernatingPeer } from "../../../lib/runtime/remote/hibernating_peer.ts";
import { RecordedCommands } from "../../suites/recorded_commands.ts";

function bench() {
  const told: string[] = [];
  const events = {
    open: () => void told.push("open"),
    message: (_form: number, bytes: Uint8Array, start: number, end: number) =>
      void told.push(new TextDecoder().decode(bytes.subarray(start, end))),
    subscribe: (topic: string) => (told.push(`subscribe ${topic}`), topic === "mine"),
    authenticate: (token: string) => (told.push(`authenticate ${token}`), Promise.resolve(token === "good")),
    drain: () => void told.push("drain"),
    close: () => void told.push("close"),
    abort: ({ message }: DOMException) => void told.push(`abort ${message}`),
    suspend: () => (told.push("suspend"), "state"),
    resume: (state: unknown, reason: string) => void told.push(`resume ${state} ${reason}`),
    revoke: ({ message }: DOMException) => void told.push(`revoke ${message}`),
  } satisfies PeerEvents;
  const peer: HibernatingPeer = new HibernatingPeer(new RecordedCommands(), 0, {
    happened: () => {},
    wake: () => peer.wake(events),
    left: () => void told.push("left"),
  });
  return { peer, events, told };
}

const bytes = new TextEncoder().encode("hello");

Deno.test("HibernatingPeer passes everything on while the code is awake", async () => {
  const { peer, events, told } = bench();
  peer.events = events;
  await peer.open();
  await peer.message(FORM.TEXT, bytes, 0, 5);
  await peer.drain();
  assertEquals(await peer.suspend(), "state");
  await peer.close({ code: 1000, reason: "", wasClean: true });
  assertEquals(told, ["open", "hello", "drain", "suspend", "close", "left"]);
});

Deno.test("HibernatingPeer falls asleep between two handlers, and keeps what the code said of it", async () => {
  const { peer, events, told } = bench();
  peer.events = events;
  await peer.open();
  peer.fall();
  await peer.halted();
  await peer.suspended();
  peer.asleep();
  assertEquals([told, peer.suspend()], [["open", "suspend", "revoke hibernated"], "state"]);
  await peer.message(FORM.TEXT, bytes, 0, 5);
  assertEquals(told.slice(3), ["resume state wake", "hello"]);
});

Deno.test("HibernatingPeer that does not sleep after all goes on as if nothing had been", async () => {
  const { peer, events, told } = bench();
  peer.events = events;
  await peer.open();
  peer.fall();
  await peer.suspended();
  peer.stayAwake();
  await peer.message(FORM.TEXT, bytes, 0, 5);
  assertEquals(told, ["open", "suspend", "hello"]);
});

Deno.test("HibernatingPeer tells code that wakes up that the client has left meanwhile", async () => {
  const { peer, told } = bench();
  peer.abort(new DOMException("gone", "AbortError"));
  await peer.close({ code: 1006, reason: "", wasClean: false });
  assertEquals(told, ["abort gone", "close", "left"]);
});

Deno.test("HibernatingPeer: a question wakes the code up, and code that cannot be woken has not said yes", async () => {
  const { peer, events, told } = bench();
  assertEquals(await peer.subscribe("mine"), true);
  assertEquals([await peer.authenticate("good"), await peer.authenticate("bad")], [true, false]);
  assertEquals([await peer.subscribe("theirs"), peer.events === events], [false, true]);
  assertEquals(told, ["subscribe mine", "authenticate good", "authenticate bad", "subscribe theirs"]);
  const gone = new HibernatingPeer(new RecordedCommands(), 0, {
    ...{ happened() {}, left() {} },
    wake: () => Promise.resolve(),
  });
  assertEquals([await gone.subscribe("mine"), await gone.authenticate("good")], [false, false]);
});

Deno.test("HibernatingPeer that is not open yet is nothing that the code could say something of", async () => {
  const { peer, events, told } = bench();
  peer.events = events;
  await peer.authenticate("good");
  peer.fall();
  await peer.suspended();
  peer.asleep();
  await peer.open();
  assertEquals(told, ["authenticate good", "revoke hibernated", "open"]);
});
