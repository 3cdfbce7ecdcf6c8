/** One lane: what it does with its connection, and what it counts. @module */
import { assertEquals } from "@std/assert";
import { Lane, type Timer } from "../../../routes/_compare/browser/lane.ts";
import { ServerClock } from "../../../routes/_compare/browser/server_clock.ts";
import type { Socket, SocketEvents } from "../../../routes/_compare/browser/sockets.ts";

interface Opened {
  readonly path: string;
  readonly events: SocketEvents;
  readonly sent: string[];
  isClosed: boolean;
}

/** A lane whose clock, timers, screen and connections are the test's. */
class Bench {
  readonly opened: Opened[] = [];
  readonly timers: { readonly callback: () => void; readonly waitMs: number }[] = [];
  readonly clock = new ServerClock();
  now = 1_000;
  paintedAt: number | undefined;
  /** Instead of a connection. */
  fault: Error | undefined;
  readonly lane: Lane;

  constructor(isFramed = true) {
    this.lane = new Lane({
      title: "WebSocket",
      clock: this.clock,
      now: () => this.now,
      painted: () => Promise.resolve(this.paintedAt),
      setTimeout: (callback, waitMs) => this.timers.push({ callback, waitMs }) as unknown as Timer,
      clearTimeout: () => this.timers.length = 0,
      open: (path, events) => {
        if (this.fault) throw this.fault;
        const one: Opened = { path, events, sent: [], isClosed: false };
        this.opened.push(one);
        const socket: Socket = { isFramed, send: (text) => one.sent.push(text), close: () => one.isClosed = true };
        return socket;
      },
    });
  }

  async start(): Promise<Opened> {
    this.lane.start("/compare?rate=4");
    await Promise.resolve();
    const one = this.opened.at(-1)!;
    one.events.open();
    return one;
  }

  /** The one timer that is set fires. */
  fire(): number {
    const [{ callback, waitMs }] = this.timers.splice(0) as [Bench["timers"][number]];
    callback();
    return waitMs;
  }
}

Deno.test("Lane: an open connection echoes at once and every second, and the round trip sets the clock", async () => {
  const bench = new Bench();
  const { events, sent, path } = await bench.start();
  assertEquals([path, sent, bench.lane.state.kind], ["/compare?rate=4", ["1"], "open"]);
  bench.now += 20;
  events.message(JSON.stringify({ echo: "1", at: 5_010 }));
  assertEquals(bench.lane.roundTrips.spread()?.p50, 20);
  assertEquals(bench.clock.estimate, { offsetMs: 4_000, roundTripMs: 20, over: "WebSocket" });
  assertEquals(bench.fire(), 1_000);
  assertEquals(sent, ["1", "2"]);
});

Deno.test("Lane: an event is shown, and counts from the server's time to when it is on the screen", async () => {
  const bench = new Bench();
  const { events } = await bench.start();
  const shown: number[] = [];
  bench.lane.show = (tick) => shown.push(tick);
  bench.paintedAt = 1_030;
  events.message(JSON.stringify({ tick: 7, at: 1_000 }));
  await Promise.resolve();
  bench.paintedAt = undefined;
  events.message(JSON.stringify({ tick: 8, at: 1_000 }));
  await Promise.resolve();
  assertEquals([shown, bench.lane.latencies.size, bench.lane.latencies.spread()?.max], [[7, 8], 1, 30]);
});

Deno.test("Lane: a WebSocket's bytes are the heads it is told of, and its frames", async () => {
  const bench = new Bench();
  const { events } = await bench.start();
  const hello = JSON.stringify({ peer: "a-1", requestHeadBytes: 500, responseHeadBytes: 129, at: 1 });
  events.message(hello);
  const { requests, up, down } = bench.lane.meter.traffic;
  assertEquals([requests, bench.lane.peer], [1, "a-1"]);
  assertEquals(up, { headBytes: 500, framingBytes: 6, payloadBytes: 1 });
  assertEquals(down, { headBytes: 129, framingBytes: 2, payloadBytes: hello.length });
});

Deno.test("Lane: polling's bytes are those of its exchanges, also of those that end after it was stopped", async () => {
  const bench = new Bench(false);
  const { events } = await bench.start();
  const hello = JSON.stringify({ requestHeadBytes: 500, responseHeadBytes: 129, at: 1 });
  const exchange = { requestHeadBytes: 300, requestBodyBytes: 7, responseHeadBytes: 100, responseBodyBytes: 0 };
  events.exchange(exchange);
  events.exchange({ ...exchange, requestBodyBytes: 0, responseBodyBytes: hello.length + 2 });
  events.message(hello);
  bench.lane.stop();
  events.exchange(exchange);
  events.message(hello);
  const { requests, up, down } = bench.lane.meter.traffic;
  assertEquals(requests, 3);
  assertEquals(up, { headBytes: 900, framingBytes: 13, payloadBytes: 1 });
  assertEquals(down, { headBytes: 300, framingBytes: 2, payloadBytes: hello.length });
});

Deno.test("Lane: a connection that ends is tried again, with waits that grow, until one opens", async () => {
  const bench = new Bench();
  const first = await bench.start();
  const waits: number[] = [];
  first.events.close("lost (1006)");
  assertEquals(bench.lane.state, { kind: "failed", words: "lost (1006)" });
  for (let attempt = 0; attempt < 5; attempt++) {
    waits.push(bench.fire());
    await Promise.resolve();
    bench.opened.at(-1)!.events.close("no");
  }
  assertEquals(waits, [1_000, 2_000, 4_000, 8_000, 8_000]);
  bench.fire();
  await Promise.resolve();
  bench.opened.at(-1)!.events.open();
  bench.opened.at(-1)!.events.close("lost");
  assertEquals(bench.fire(), 1_000);
});

Deno.test("Lane: what cannot even begin is a state, and is tried again", async () => {
  const bench = new Bench();
  bench.fault = new Error("the client for polling could not be loaded");
  bench.lane.start("/compare");
  await Promise.resolve();
  assertEquals(bench.lane.state, { kind: "failed", words: "the client for polling could not be loaded" });
  bench.fault = undefined;
  bench.fire();
  await Promise.resolve();
  assertEquals(bench.opened.length, 1);
});

Deno.test("Lane: stop closes, sets no timer, and hears nothing more; start counts anew", async () => {
  const bench = new Bench();
  const first = await bench.start();
  bench.lane.stop();
  assertEquals([first.isClosed, bench.timers.length, bench.lane.state.kind], [true, 0, "idle"]);
  first.events.close("late");
  assertEquals([bench.lane.state.kind, bench.timers.length], ["idle", 0]);
  await bench.start();
  assertEquals(bench.lane.meter.traffic.messagesUp, 1);
});

Deno.test("Lane: a connection that comes after stop is closed", async () => {
  const bench = new Bench();
  bench.lane.start("/compare");
  bench.lane.stop();
  await Promise.resolve();
  assertEquals([bench.opened.length, bench.opened[0]?.isClosed], [1, true]);
});

Deno.test("Lane: an open connection that brings nothing says so, until it does", async () => {
  const bench = new Bench();
  const { events } = await bench.start();
  bench.now += 3_999;
  assertEquals(bench.lane.state.words, "connected");
  bench.now += 1;
  assertEquals(bench.lane.state, { kind: "failed", words: "nothing for 4 s" });
  events.message(JSON.stringify({ tick: 1, at: 1 }));
  assertEquals(bench.lane.state, { kind: "open", words: "connected" });
});
