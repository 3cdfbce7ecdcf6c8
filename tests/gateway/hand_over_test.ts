/** One peer's way to other code. What it does on a whole server stands in `swap_test.ts`. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { HandOver, HandOverError, type Movable } from "../../lib/gateway/hand_over.ts";
import type { PeerEvents, RouteEntry, RouteRuntime } from "../../lib/route/table.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** Code that writes down what becomes of a peer. */
function code(name: string, log: string[], hooks: Partial<PeerEvents> = {}): PeerEvents {
  return {
    open() {},
    message() {},
    subscribe: () => false,
    authenticate: () => false,
    drain() {},
    close() {},
    abort: ({ message }) => void log.push(`${name} abort ${message}`),
    suspend: () => {
      log.push(`${name} suspend`);
      return name;
    },
    resume: (state, reason) => void log.push(`${name} resume ${state} ${reason}`),
    revoke: ({ message }) => void log.push(`${name} revoke ${message}`),
    ...hooks,
  };
}

function entry(file: string): RouteEntry {
  const descriptor = {
    pattern: "/",
    file,
    isWebSocket: true,
    hasUpgrade: false,
    canResume: true,
    methods: [],
    options: {},
  };
  return { runtime: {} as RouteRuntime, index: 0, descriptor };
}

class Peer implements Movable {
  readonly id = "p-1";
  readonly log: string[];
  entry: RouteEntry;
  events: PeerEvents;
  isBusy = false;
  #task: (() => void | Promise<void>) | undefined;
  readonly #codes: ReadonlyMap<RouteEntry, PeerEvents>;

  constructor(log: string[], codes: ReadonlyMap<RouteEntry, PeerEvents>) {
    this.log = log;
    this.#codes = codes;
    const [first] = codes;
    [this.entry, this.events] = first!;
  }

  readonly queue = {
    interlude: (task: () => void | Promise<void>): boolean => {
      if (this.isBusy) this.#task = task;
      else void task();
      return true;
    },
    abandon: (): void => void this.log.push("abandoned"),
  };

  /** No handler is pending any more. */
  rest(): void {
    void this.#task?.();
  }

  attach(entry: RouteEntry): PeerEvents {
    this.entry = entry;
    return this.events = this.#codes.get(entry)!;
  }

  fail(): void {
    this.log.push("fail");
  }
}

function bench(hooks: { readonly old?: Partial<PeerEvents>; readonly new?: Partial<PeerEvents> } = {}) {
  const log: string[] = [];
  const [from, to] = [entry("old.ts"), entry("new.ts")];
  const peer = new Peer(log, new Map([[from, code("old", log, hooks.old)], [to, code("new", log, hooks.new)]]));
  const clock = new FakeClock();
  return { log, from, to, peer, clock, destination: { entry: to, reason: "swap", clock, timeoutMs: 1000 } as const };
}

Deno.test("HandOver suspends, revokes, resumes, and tells what the old code said", async () => {
  const { log, peer, to, destination, clock } = bench();
  assertEquals(await new HandOver(peer, destination).done, { kind: "moved", state: "old" });
  assertEquals([log, peer.entry], [["old suspend", "old revoke swapped", "new resume old swap"], to]);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("HandOver is called off while it waits, and not once it has begun", async () => {
  const { log, peer, from, destination, clock } = bench();
  peer.isBusy = true;
  const handOver = new HandOver(peer, destination);
  handOver.cancel();
  assertEquals(await handOver.done, { kind: "cancelled" });
  peer.rest();
  assertEquals([log, peer.entry, clock.pendingTimers], [[], from, 0]);
  peer.isBusy = false;
  const second = new HandOver(peer, destination);
  second.cancel();
  assertEquals((await second.done).kind, "moved");
});

Deno.test("HandOver of a peer that has ended does nothing", async () => {
  const { log, peer, destination } = bench();
  peer.queue.interlude = () => false;
  assertEquals(await new HandOver(peer, destination).done, { kind: "gone" });
  assertEquals(log, []);
});

Deno.test("HandOver abandons a handler after its time", async () => {
  const { log, peer, destination, clock } = bench();
  peer.isBusy = true;
  peer.queue.abandon = () => {
    log.push("abandoned");
    peer.rest();
  };
  const { done } = new HandOver(peer, destination);
  clock.advance(1000);
  assertEquals((await done).kind, "moved");
  assertEquals(log.slice(0, 3), ["old abort swapped", "abandoned", "old suspend"]);
});

Deno.test("HandOver that has begun abandons nothing: its hooks have a time of their own", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { log, peer, destination, clock } = bench({ old: { suspend: () => promise } });
  peer.isBusy = true;
  const { done } = new HandOver(peer, destination);
  clock.advance(900);
  peer.rest();
  clock.advance(900);
  resolve("late");
  assertEquals((await done).kind, "moved");
  assertEquals(log, ["old revoke swapped", "new resume late swap"]);
});

Deno.test("HandOver whose resume fails gives the peer back; HandOverError names hook and file", async () => {
  const { log, peer, from, destination } = bench({ new: { resume: () => Promise.reject(new Error("no")) } });
  const error = await assertRejects(() => new HandOver(peer, destination).done, HandOverError);
  assertEquals([error.hook, error.message], ["resume", "new.ts: resume failed for peer p-1: no"]);
  assertEquals(log, ["old suspend", "old revoke swapped", "new revoke swapped", "old resume old swap"]);
  assertEquals(peer.entry, from);
});

Deno.test("HandOver closes a peer that neither code takes", async () => {
  const no = { resume: () => Promise.reject(new Error("no")) };
  const { log, peer, destination } = bench({ old: no, new: no });
  await assertRejects(() => new HandOver(peer, destination).done, HandOverError);
  assertEquals(log.at(-1), "fail");
});

Deno.test("HandOver that goes back takes what the first code said, where the second says nothing or fails", async () => {
  for (const suspend of [() => undefined, () => Promise.reject(new Error("no"))]) {
    const { log, peer, destination } = bench({ old: { suspend } });
    await new HandOver(peer, { ...destination, isReturn: true, kept: "kept" }).done;
    assertEquals(log.at(-1), "new resume kept swap");
  }
  const { log, peer, destination } = bench({ new: { resume: () => Promise.reject(new Error("no")) } });
  await assertRejects(() => new HandOver(peer, { ...destination, isReturn: true }).done, HandOverError);
  assertEquals(log.at(-1), "fail");
});

/** Code that takes events ahead: it halts when the test says so. */
function ahead(log: string[]) {
  const halted = Promise.withResolvers<void>();
  const hooks: Partial<PeerEvents> = {
    halt() {
      log.push("old halt");
      return halted.promise;
    },
    abandon: () => void log.push("old abandon"),
  };
  return { hooks, halt: () => halted.resolve() };
}

Deno.test("HandOver of a peer whose code takes events ahead waits until it has halted", async () => {
  const log: string[] = [];
  const { hooks, halt } = ahead(log);
  const { peer, destination, clock, log: told } = bench({ old: hooks });
  const { done } = new HandOver(peer, destination);
  await new Promise<void>(queueMicrotask);
  assertEquals([log, told], [["old halt"], []]);
  halt();
  assertEquals(await done, { kind: "moved", state: "old" });
  assertEquals([log, told, clock.pendingTimers], [
    ["old halt"],
    ["old suspend", "old revoke swapped", "new resume old swap"],
    0,
  ]);
});

Deno.test("HandOver loses patience while the code halts: the code is told, and the queue is not, which waits for it", async () => {
  const log: string[] = [];
  const { hooks, halt } = ahead(log);
  const { peer, destination, clock, log: told } = bench({ old: hooks });
  const { done } = new HandOver(peer, destination);
  clock.advance(999);
  assertEquals(log, ["old halt"]);
  clock.advance(1);
  assertEquals([log, told], [["old halt", "old abandon"], ["old abort swapped"]]);
  halt();
  assertEquals((await done).kind, "moved");
  assertEquals(told.slice(1), ["old suspend", "old revoke swapped", "new resume old swap"]);
});

Deno.test("HandOver loses patience with a read loop that waits, too: both are told", async () => {
  const log: string[] = [];
  const { hooks, halt } = ahead(log);
  const { peer, destination, clock, log: told } = bench({ old: hooks });
  peer.isBusy = true;
  const { done } = new HandOver(peer, destination);
  clock.advance(1000);
  assertEquals([log, told], [["old halt", "old abandon"], ["old abort swapped", "abandoned"]]);
  peer.rest();
  halt();
  assertEquals((await done).kind, "moved");
});

Deno.test("HandOver is called off while the code halts, and its peer stays", async () => {
  const log: string[] = [];
  const { hooks, halt } = ahead(log);
  const { peer, destination, clock, from, log: told } = bench({ old: hooks });
  const handOver = new HandOver(peer, destination);
  handOver.cancel();
  assertEquals(await handOver.done, { kind: "cancelled" });
  halt();
  for (let turn = 0; turn < 5; turn++) await new Promise<void>(queueMicrotask);
  assertEquals([told, peer.entry, clock.pendingTimers], [[], from, 0]);
});
