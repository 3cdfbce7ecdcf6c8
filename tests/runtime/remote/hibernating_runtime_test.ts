/** Code that sleeps when nothing happens, with the time held still. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { FORM } from "../../../lib/frame/mod.ts";
import { HibernatingRuntime, HibernationError } from "../../../lib/runtime/remote/hibernating_runtime.ts";
import type { RemoteRuntime } from "../../../lib/runtime/remote/remote_runtime.ts";
import { RecordedCommands, RecordedRequest } from "../../suites/recorded_commands.ts";
import { systemClock } from "../../../lib/gateway/mod.ts";
import type { SupervisorClock } from "../../../lib/runtime/remote/supervisor.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { LogLines } from "../../support/log_lines.ts";
import { routeSource, runtimeOf } from "../../support/remote_code.ts";

const AFTER_MS = 1000;
const INFO = { code: 1000, reason: "", wasClean: true } as const;

/** Counts in a variable, which only suspend and resume carry over. */
const CODE = `
  upgrade() { return { context: "asked" }; },
  start() { lives++; },
  open(peer) { counts.set(peer.id, 0); peer.send("open"); },
  message(peer, message) {
    const text = message.text();
    if (text === "wait") return new Promise((resolve) => freed = resolve);
    if (text === "free") freed();
    counts.set(peer.id, counts.get(peer.id) + 1);
    peer.send(text + " " + counts.get(peer.id));
  },
  close(peer) { peer.send("close " + counts.get(peer.id)); },
  suspend(peer) { return counts.get(peer.id); },
  resume(peer, state, { reason }) { counts.set(peer.id, state); peer.send(reason + " " + state); },`;
const BEFORE = "let lives = 0; let freed; const counts = new Map();";

async function bench(code = CODE) {
  const clock = new FakeClock();
  // How long a handler may be pending is for the code, whose time is real.
  const split: SupervisorClock = {
    now: () => clock.now(),
    setTimer: (look, ms) => (ms === AFTER_MS / 4 ? clock : systemClock).setTimer(look, ms),
  };
  const log = new LogLines();
  let loads = 0;
  const load = async (): Promise<RemoteRuntime> => {
    loads++;
    return await runtimeOf("worker", routeSource(code, { before: BEFORE }), log) as RemoteRuntime;
  };
  const runtime = await HibernatingRuntime.load({ name: "d-1", load, clock: split, log, hibernateAfterMs: AFTER_MS });
  runtime.commit();
  await runtime.start();
  const connect = (id = "p-1") => {
    const commands = new RecordedCommands({ id });
    const events = runtime.attach(0, commands);
    const send = (text: string): void | Promise<void> => {
      const bytes = new TextEncoder().encode(text);
      return events.message(FORM.TEXT, bytes, 0, bytes.length);
    };
    const said = async (count: number): Promise<unknown[]> => {
      await commands.until(count);
      return commands.calls.map(([, text]) => text);
    };
    return { commands, events, send, said };
  };
  const sleep = async (): Promise<void> => {
    while (!runtime.isAsleep) {
      clock.advance(AFTER_MS / 4);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { runtime, clock, log, connect, sleep, loads: () => loads, [Symbol.asyncDispose]: () => runtime.stop() };
}

Deno.test("code that nothing happens to is suspended and ended; the next message wakes it up, and it goes on", async () => {
  await using own = await bench();
  const { events, send, said } = own.connect();
  await events.open();
  await send("one");
  assertEquals(await said(2), ["open", "one 1"]);
  await own.sleep();
  assertEquals(own.runtime.status().state, "asleep");
  await send("two");
  assertEquals(await said(4), ["open", "one 1", "wake 1", "two 2"]);
  assertEquals([own.runtime.status().state, own.runtime.status().restarts], ["up", 1]);
  assertEquals([own.loads(), own.log.lines], [2, []]);
  await own.sleep();
  await send("three");
  assertEquals((await said(6)).slice(4), ["wake 2", "three 3"]);
});

Deno.test("code to which something happens does not sleep", async () => {
  await using own = await bench();
  const { events, send, said } = own.connect();
  await events.open();
  for (let count = 1; count <= 12; count++) {
    await send("x");
    await said(count + 1);
    own.clock.advance(AFTER_MS / 4);
  }
  assertEquals([own.runtime.isAsleep, own.loads()], [false, 1]);
});

Deno.test("code with a handler pending does not sleep", async () => {
  await using own = await bench();
  const { events, send, said } = own.connect();
  await events.open();
  await send("wait");
  await said(1);
  for (let look = 0; look < 12; look++) own.clock.advance(AFTER_MS / 4);
  assertEquals(own.runtime.isAsleep, false);
  const other = own.connect("p-2");
  await other.events.open();
  await other.send("free");
  await other.said(2);
  await own.sleep();
});

Deno.test("who comes while the code sleeps wakes it up, and is opened, not resumed", async () => {
  await using own = await bench();
  const first = own.connect();
  await first.events.open();
  await own.sleep();
  const request = new RecordedRequest({ method: "GET", url: "http://a/", headers: [], remoteAddress: "192.0.2.7" });
  const signal = new AbortController().signal;
  const decision = await own.runtime.upgrade(0, { request, params: {}, subprotocols: [], signal });
  assertEquals(decision, { accept: true, context: "asked" });
  await own.sleep();
  const second = own.connect("p-2");
  await second.events.open();
  assertEquals(await second.said(1), ["open"]);
  assertEquals(await first.said(3), ["open", "wake 0", "wake 0"]);
});

Deno.test("who leaves while the code sleeps is told to it", async () => {
  await using own = await bench();
  const { events, send, said } = own.connect();
  await events.open();
  await send("one");
  await said(2);
  await own.sleep();
  events.abort(new DOMException("gone", "AbortError"));
  await events.close(INFO);
  assertEquals((await said(4)).slice(2), ["wake 1", "close 1"]);
});

Deno.test("a peer is handed over to other code while its own sleeps, which is not woken up for it", async () => {
  await using own = await bench();
  const { events, send, said } = own.connect();
  await events.open();
  await send("one");
  await said(2);
  await own.sleep();
  await events.halt?.();
  assertEquals(await events.suspend(), 1);
  events.revoke(new DOMException("swapped", "AbortError"));
  assertEquals([own.loads(), own.runtime.isAsleep], [1, true]);
});

Deno.test("a peer is handed over to code that sleeps: it is woken up for it", async () => {
  await using own = await bench();
  await own.sleep();
  const { events, send, said } = own.connect();
  await events.resume(7, "swap");
  await send("next");
  assertEquals(await said(2), ["swap 7", "next 8"]);
});

Deno.test("a suspend that fails leaves the code awake for good, and says so", async () => {
  await using own = await bench(CODE.replace("suspend(peer) {", "suspend(peer) { throw new Error('not now');"));
  const { events, send, said } = own.connect();
  await events.open();
  await send("one");
  await said(2);
  for (let look = 0; look <= 4; look++) own.clock.advance(AFTER_MS / 4);
  const line = await own.log.until("suspend failed, so its code is not ended when nothing happens");
  assertEquals(line.includes("not now"), true);
  await send("two");
  assertEquals(await said(3), ["open", "one 1", "two 2"]);
  for (let look = 0; look < 12; look++) own.clock.advance(AFTER_MS / 4);
  assertEquals([own.runtime.isAsleep, own.loads()], [false, 1]);
});

Deno.test("a resume that fails costs that peer its connection, and no other", async () => {
  await using own = await bench(
    CODE.replace(
      "counts.set(peer.id, state);",
      "if (peer.id === 'p-1') throw new Error('no'); counts.set(peer.id, state);",
    ),
  );
  const [first, second] = [own.connect("p-1"), own.connect("p-2")];
  for (const { events } of [first, second]) await events.open();
  await own.sleep();
  await second.send("x");
  assertEquals(await second.said(3), ["open", "wake 0", "x 1"]);
  await first.commands.until(2);
  assertEquals(first.commands.calls.at(-1), ["fail"]);
});

Deno.test("a route without resume cannot hibernate, and nothing is left behind", async () => {
  await assertRejects(
    () => bench("message() {},"),
    HibernationError,
    'code.ts: hibernateAfterMs needs a "resume" hook',
  );
});
