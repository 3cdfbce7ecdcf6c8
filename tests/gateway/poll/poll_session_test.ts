import { assertEquals } from "@std/assert";
import { BufferPool } from "../../../lib/gateway/buffer_pool.ts";
import type { PollAsk } from "../../../lib/gateway/poll/poll_ask.ts";
import { PollSession } from "../../../lib/gateway/poll/poll_session.ts";
import type { PollName } from "../../../lib/gateway/poll/poll_transport.ts";
import { TimerWheel } from "../../../lib/gateway/timer_wheel.ts";
import type { TransportEvents } from "../../../lib/gateway/transport.ts";
import { Turn } from "../../../lib/gateway/turn.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const NEVER = new AbortController().signal;

/** A session, a clock, and what its transport was told. */
class Bench implements TransportEvents {
  readonly clock = new FakeClock();
  readonly session: PollSession;
  text = "";
  held = 0;
  isPaused = false;
  ended = 0;
  givenUp = 0;

  constructor(name: PollName = "long-poll") {
    const { clock } = this;
    const options = { pollWaitMs: 25_000, sessionTimeoutMs: 60_000 };
    const memory = { add: (delta: number) => void (this.held += delta) };
    const host = { clock, turn: new Turn(clock), wheel: new TimerWheel(clock), memory, options };
    const parts = { name, remoteAddress: "192.0.2.1", pool: new BufferPool(), ended: () => void this.ended++ };
    this.session = new PollSession(host, parts);
    this.session.transport.events = this;
    this.session.watch(() => {
      this.givenUp++;
      this.session.transport.destroy();
    });
  }

  onBytes(bytes: Uint8Array, start: number, end: number): number {
    this.text += new TextDecoder().decode(bytes.subarray(start, end));
    if (this.isPaused) this.session.transport.pause();
    return end;
  }
  onEnd(): void {}
  onWriting(): void {}
  onWritten(): void {}
  onClosed(): void {}

  say(text: string): void {
    this.session.transport.output.appendBytes(new TextEncoder().encode(text));
    this.session.transport.touch();
  }

  ask(ask: Partial<PollAsk>, body = "", signal = NEVER): Promise<Response> {
    const whole = { method: "GET", sequence: 0, acknowledge: 0, ...ask } as const;
    return this.session.answer(whole, new TextEncoder().encode(body), signal);
  }

  async told(ask: Partial<PollAsk>, body = ""): Promise<readonly unknown[]> {
    return await toldBy(this.ask(ask, body));
  }
}

/** Status, where it begins or how much is known, body. */
async function toldBy(answer: Promise<Response>): Promise<readonly unknown[]> {
  const response = await answer;
  const { headers } = response;
  return [
    response.status,
    headers.get("sockeye-sequence") ?? headers.get("sockeye-acknowledge"),
    await response.text(),
  ];
}

const GONE = [410, null, "This session is over: begin another.\n"];

Deno.test("PollSession tells what there is, and tells it again until it is acknowledged", async () => {
  const bench = new Bench();
  bench.say("one");
  assertEquals(await bench.told({}), [200, "0", "one"]);
  bench.say("two");
  assertEquals(await bench.told({}), [200, "0", "onetwo"]);
  assertEquals(await bench.told({ acknowledge: 3 }), [200, "3", "two"]);
  // An older request that comes late acknowledges nothing anew, and takes nothing back.
  assertEquals(await bench.told({ acknowledge: 0 }), [200, "3", "two"]);
});

Deno.test("PollSession holds a long poll until there is something to say, at most pollWaitMs", async () => {
  const bench = new Bench();
  const first = bench.ask({});
  bench.say("now");
  assertEquals(await toldBy(first), [200, "0", "now"]);
  const second = bench.ask({ acknowledge: 3 });
  bench.clock.advance(25_000);
  assertEquals(await toldBy(second), [204, null, ""]);
});

Deno.test("PollSession answers a plain poll at once", async () => {
  const bench = new Bench("poll");
  assertEquals(await bench.told({}), [204, null, ""]);
  bench.say("later");
  assertEquals(await bench.told({}), [200, "0", "later"]);
  // What is appended in answer to an acknowledgement is not missed.
  bench.session.transport.events.onWritten = () => bench.session.transport.output.byteLength === 0 && bench.say("!");
  assertEquals(await bench.told({ acknowledge: 5 }), [200, "5", "!"]);
});

Deno.test("PollSession has the newest of several wait", async () => {
  const bench = new Bench();
  const older = bench.ask({});
  const newer = bench.ask({});
  assertEquals(await toldBy(older), [204, null, ""]);
  bench.say("x");
  assertEquals(await toldBy(newer), [200, "0", "x"]);
});

Deno.test("PollSession keeps what it would have told a client that has gone meanwhile", async () => {
  const bench = new Bench();
  const leaving = new AbortController();
  const asked = bench.ask({}, "", leaving.signal);
  leaving.abort();
  assertEquals((await asked).status, 204);
  bench.say("x");
  assertEquals(await bench.told({}), [200, "0", "x"]);
});

Deno.test("PollSession takes each byte of the client's stream once", async () => {
  const bench = new Bench();
  assertEquals(await bench.told({ method: "POST", sequence: 0 }, "hello"), [204, "5", ""]);
  assertEquals(await bench.told({ method: "POST", sequence: 0 }, "hello"), [204, "5", ""]);
  assertEquals(await bench.told({ method: "POST", sequence: 3 }, "lo world"), [204, "11", ""]);
  assertEquals(await bench.told({ method: "POST", sequence: 12 }, "x"), [
    409,
    "11",
    "Sockeye-Sequence is beyond what has arrived.\n",
  ]);
  assertEquals(bench.text, "hello world");
});

Deno.test("PollSession makes who sends wait while what came before is not taken, and counts it", async () => {
  const bench = new Bench();
  bench.isPaused = true;
  // The second read of it waits.
  assertEquals(await bench.told({ method: "POST", sequence: 0 }, "a".repeat(5_000)), [204, "5000", ""]);
  const waiting = bench.ask({ method: "POST", sequence: 5_000 }, "b");
  const copy = bench.ask({ method: "POST", sequence: 5_000 }, "b");
  await Promise.resolve();
  assertEquals(bench.held, 5_000);
  bench.clock.advance(25_000);
  const busy = [503, null, "A handler is busy: send the same again.\n"];
  assertEquals([await toldBy(waiting), await toldBy(copy)], [busy, busy]);
  const again = bench.ask({ method: "POST", sequence: 5_000 }, "b");
  bench.isPaused = false;
  bench.session.transport.resume();
  assertEquals(await toldBy(again), [204, "5001", ""]);
  await bench.told({ method: "POST", sequence: 5_001 }, "c");
  assertEquals([bench.text, bench.held], [`${"a".repeat(5_000)}bc`, 0]);
});

Deno.test("PollSession refuses to be told of what it has not sent", async () => {
  const bench = new Bench();
  bench.say("x");
  await bench.told({});
  assertEquals((await bench.told({ acknowledge: 2 }))[0], 400);
  assertEquals(await bench.told({}), [200, "0", "x"]);
});

Deno.test("PollSession gives a client up that asks nothing for sessionTimeoutMs, and not one that waits", async () => {
  const bench = new Bench();
  for (let times = 0; times < 5; times++) {
    const parked = bench.ask({});
    bench.clock.advance(25_000);
    assertEquals((await parked).status, 204);
  }
  bench.clock.advance(59_900);
  assertEquals(bench.givenUp, 0);
  bench.clock.advance(200);
  assertEquals([bench.givenUp, bench.ended, bench.session.transport.isClosed], [1, 1, true]);
  assertEquals(await bench.told({}), GONE);
  assertEquals(await bench.told({ method: "POST" }, "x"), GONE);
});

Deno.test("PollSession releases who waits when it is over", async () => {
  const bench = new Bench();
  bench.isPaused = true;
  await bench.told({ method: "POST" }, "a".repeat(5_000));
  const held = [bench.ask({}), bench.ask({ method: "POST", sequence: 5_000 }, "b")];
  await Promise.resolve();
  bench.session.transport.destroy();
  for (const answer of held) assertEquals(await toldBy(answer), GONE);
  assertEquals(bench.held, 0);
});

Deno.test("PollSession hears that the client sends nothing more", async () => {
  const bench = new Bench();
  let ends = 0;
  bench.onEnd = () => void ends++;
  assertEquals(await bench.told({ method: "DELETE" }), [204, null, ""]);
  assertEquals(await bench.told({ method: "DELETE" }), [204, null, ""]);
  await Promise.resolve();
  assertEquals(ends, 1);
});
