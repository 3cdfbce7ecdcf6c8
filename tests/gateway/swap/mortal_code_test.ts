/** A swap to code that may end by itself. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Movable } from "../../../lib/gateway/hand_over.ts";
import { SwapError, type SwapHost, swapTables } from "../../../lib/gateway/swap.ts";
import { type PeerEvents, type RouteEntry, type RouteRuntime, RouteTable } from "../../../lib/route/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { gate } from "../support/served.ts";

const NO_HANDLERS = {
  ...{ open() {}, message() {}, drain() {}, close() {}, abort() {}, revoke() {} },
  ...{ subscribe: () => false, authenticate: () => false },
};

/** Code that may end by itself, of one route; `resume` is pending until the test says so. */
function mortal(name: string, log: string[], resume: () => void | Promise<void> = () => {}) {
  const broken = Promise.withResolvers<Error>();
  const descriptor = { isWebSocket: true, hasUpgrade: false, canResume: true, methods: [], options: {} };
  const runtime = {
    descriptors: [{ ...descriptor, pattern: "/", file: `${name}.ts` }],
    commit: () => void log.push(`${name} serves for good`),
    broken: broken.promise,
  } as unknown as RouteRuntime;
  const events: PeerEvents = {
    ...NO_HANDLERS,
    suspend: () => name,
    resume(state) {
      log.push(`${name} resumes what ${state} said`);
      return resume();
    },
  };
  return { runtime, events, table: RouteTable.of([runtime]), end: (why: string) => broken.resolve(new Error(why)) };
}

/** Some peers of the first code, on their way to the second. */
function crossing(count: number, from: ReturnType<typeof mortal>, to: ReturnType<typeof mortal>) {
  const eventsOf = ({ runtime }: RouteEntry): PeerEvents => (runtime === from.runtime ? from : to).events;
  const peers = Array.from({ length: count }, (_, at) => {
    const peer = {
      id: `p-${at}`,
      entry: from.table.entries[0]!,
      events: from.events,
      queue: {
        interlude(task: () => void | Promise<void>): boolean {
          void task();
          return true;
        },
        abandon() {},
      },
      attach: (entry: RouteEntry) => (peer.entry = entry, peer.events = eventsOf(entry)),
      fail() {},
    };
    return peer satisfies Movable;
  });
  const host: SwapHost = {
    routing: { table: from.table },
    clock: new FakeClock(),
    swapTimeoutMs: 1000,
    peers: () => peers,
    later: queueMicrotask,
    dismiss() {},
  };
  return { host, peers, swapped: swapTables(host, { table: to.table }) };
}

Deno.test("code that may end by itself serves for good when all peers are there, and not before", async () => {
  const log: string[] = [];
  const resuming = gate();
  const [from, to] = [mortal("old", log), mortal("new", log, () => resuming.opened)];
  const { host, swapped } = crossing(2, from, to);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assertEquals(log, ["new resumes what old said", "new resumes what old said"]);
  resuming.open();
  assertEquals((await swapped).moved, 2);
  assertEquals([log.at(-1), log.length], ["new serves for good", 3]);
  to.end("much later");
  await Promise.resolve();
  assertEquals(host.routing.table, to.table);
});

Deno.test("code that ends before all peers are there takes nobody over: all go back, and the reason is told", async () => {
  const log: string[] = [];
  const [from, to] = [mortal("old", log), mortal("new", log, () => new Promise(() => {}))];
  const { host, peers, swapped } = crossing(2, from, to);
  to.end("new: its code has ended: it exited with 5");
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  (host.clock as FakeClock).advance(1000);
  const { message } = await assertRejects(() => swapped, SwapError);
  assertStringIncludes(message, "it exited with 5");
  assertEquals([host.routing.table, new Set(peers.map(({ entry }) => entry.runtime))], [
    from.table,
    new Set([from.runtime]),
  ]);
  assert(!log.includes("new serves for good"), String(log));
});

Deno.test("code that has ended before the swap begins is not taken, also where there are no peers", async () => {
  const log: string[] = [];
  const [from, to] = [mortal("old", log), mortal("new", log)];
  to.end("it exited with 5");
  const { host, swapped } = crossing(0, from, to);
  await assertRejects(() => swapped, SwapError, "it exited with 5");
  assertEquals([host.routing.table, log], [from.table, []]);
});
