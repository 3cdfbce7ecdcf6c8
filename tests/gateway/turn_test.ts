/** One turn: everything that arrived is handled, then everything that was sent is written, once each. @module */
import { assertEquals } from "@std/assert";
import { Turn, type TurnMember } from "../../lib/gateway/turn.ts";
import { parseLines } from "../http/head_text.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordedTracer } from "./support/recorded_tracer.ts";

class Member implements TurnMember {
  windowGeneration = 0;
  wantsRead = true;
  onProcess: () => void = () => {};
  onFlush: () => void = () => {};
  readonly #name: string;
  readonly #log: string[];

  constructor(name: string, log: string[]) {
    this.#name = name;
    this.#log = log;
  }

  arm(): void {
    this.#log.push(`arm ${this.#name}`);
  }

  process(): void {
    this.#log.push(`process ${this.#name}`);
    this.onProcess();
  }

  destroy(): void {
    this.#log.push(`destroy ${this.#name}`);
  }

  flush(): void {
    this.#log.push(`flush ${this.#name}`);
    this.onFlush();
  }
}

function open(): { clock: FakeClock; turn: Turn; log: string[]; a: Member; b: Member } {
  const clock = new FakeClock();
  const log: string[] = [];
  return { clock, turn: new Turn(clock), log, a: new Member("a", log), b: new Member("b", log) };
}

/** The turn has ended, and its members have their next reads. */
async function turnEnds(): Promise<void> {
  for (let microtask = 0; microtask < 10; microtask++) await Promise.resolve();
}

const immediatesRun = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("Turn handles all that is ready, then writes, then reads again", async () => {
  const { turn, log, a, b } = open();
  a.onProcess = () => turn.touch(a);
  b.onProcess = () => turn.touch(b);
  turn.ready(a);
  turn.ready(b);
  assertEquals(log, []);
  await turnEnds();
  assertEquals(log, ["process a", "process b", "flush a", "flush b", "arm a", "arm b"]);
});

Deno.test("Turn reads again when a write has settled that the system took at once", async () => {
  const { turn, log, a } = open();
  // As many steps as those of a write of `Deno.TcpConn`.
  const taken = async () => {
    await (async () => await Promise.resolve(1))();
    log.push("written");
  };
  a.onProcess = () => turn.touch(a);
  a.onFlush = () => void taken();
  turn.ready(a);
  await turnEnds();
  assertEquals(log, ["process a", "flush a", "written", "arm a"]);
});

Deno.test("Turn writes what is sent outside a read in one flush", async () => {
  const { turn, log, a, b } = open();
  turn.touch(a);
  turn.touch(b);
  await turnEnds();
  assertEquals(log, ["flush a", "flush b"]);
});

Deno.test("Turn lets so many write that the system has room for them, and the others after its events", async () => {
  const { turn, log } = open();
  const members = Array.from({ length: 300 }, (_, at) => new Member(String(at), log));
  for (const member of members) turn.touch(member);
  await turnEnds();
  assertEquals([log.length, turn.isDue], [112, true]);
  const late = new Member("late", log);
  turn.touch(late);
  const reader = new Member("reader", log);
  turn.ready(reader);
  await turnEnds();
  // What is read is handled at once all the same.
  assertEquals(log.splice(112), ["process reader", "arm reader"]);
  while (turn.isDue) await immediatesRun();
  assertEquals(log, [...members.map((_, at) => `flush ${at}`), "flush late"]);
});

Deno.test("Turn handles in a second turn what becomes ready in the first", async () => {
  const { turn, log, a, b } = open();
  a.onProcess = () => turn.ready(b);
  turn.ready(a);
  await turnEnds();
  await turnEnds();
  assertEquals(log, ["process a", "process b", "arm a", "arm b"]);
});

Deno.test("Turn flushes who is touched while others are flushed", async () => {
  const { turn, log, a, b } = open();
  a.onFlush = () => turn.touch(b);
  turn.touch(a);
  await turnEnds();
  await turnEnds();
  assertEquals(log, ["flush a", "flush b"]);
});

Deno.test("Turn lets who has more to handle wait until the others had their turn", async () => {
  const { turn, log, a, b } = open();
  a.onProcess = () => {
    a.onProcess = () => {};
    turn.defer(a);
    turn.defer(b);
  };
  turn.ready(a);
  turn.ready(b);
  await turnEnds();
  assertEquals(log.splice(0), ["process a", "process b", "arm a", "arm b"]);
  await immediatesRun();
  await turnEnds();
  assertEquals(log, ["process a", "process b", "arm a", "arm b"]);
});

Deno.test("Turn.now stands still within a turn and goes on outside", async () => {
  const { clock, turn, a } = open();
  const times: number[] = [];
  a.onProcess = () => {
    clock.advance(5);
    times.push(turn.now);
  };
  clock.advance(10);
  times.push(turn.now);
  turn.ready(a);
  await turnEnds();
  times.push(turn.now);
  assertEquals(times, [1_010, 1_010, 1_015]);
});

Deno.test("Turn.enter arms a first read at once, and forget and clear leave nothing behind", () => {
  const { clock, turn, log, a } = open();
  turn.enter(a);
  turn.forget(a);
  turn.clear();
  assertEquals([log, clock.pendingTimers], [["arm a"], 0]);
});

Deno.test("Turn ends the member that fails, reports why, and goes on with the others", async () => {
  const { turn, log, a, b } = open();
  a.onProcess = () => {
    throw new RangeError("no memory");
  };
  const reported: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  addEventListener("error", onError);
  turn.ready(a);
  turn.ready(b);
  await turnEnds();
  removeEventListener("error", onError);
  assertEquals(log.slice(0, 3), ["process a", "destroy a", "process b"]);
  assertEquals(reported.map(String), ["RangeError: no memory"]);
});

Deno.test("Turn.later calls back when the system's events have had their turn, and is due until then", async () => {
  const { turn, log, a } = open();
  turn.later(() => log.push("later"));
  assertEquals(turn.isDue, true);
  turn.ready(a);
  await turnEnds();
  assertEquals(log, ["process a", "arm a"]);
  await immediatesRun();
  assertEquals([log.at(-1), turn.isDue], ["later", false]);
});

Deno.test("Turn belongs to nobody's request, whoever has it come: nor do the reads that it arms, and those that begin", async () => {
  const tracer = new RecordedTracer();
  const log: string[] = [];
  const turn = new Turn(new FakeClock(), tracer);
  const [a, b] = [new Member("a", log), new Member("b", log)];
  const whose: unknown[] = [];
  const note = (what: string) => () => void whose.push([what, tracer.active]);
  for (const [name, member] of [["a", a], ["b", b]] as const) {
    Object.assign(member, {
      onProcess: note(`process ${name}`),
      onFlush: note(`flush ${name}`),
      arm: note(`arm ${name}`),
    });
  }
  tracer.begin(parseLines("GET / HTTP/1.1", "Host: a"), { address: "::1", authority: undefined, scheme: "http" })
    .within(() => {
      assertEquals(tracer.active, 0);
      turn.touch(a);
      turn.enter(a);
    });
  turn.ready(b);
  await turnEnds();
  assertEquals(whose, ["arm a", "process b", "flush a", "arm b"].map((what) => [what, undefined]));
});
