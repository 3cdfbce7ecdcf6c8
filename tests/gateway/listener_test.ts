import { assertEquals } from "@std/assert";
import { Listener } from "../../lib/gateway/listener.ts";
import { FakeClock } from "../support/fake_clock.ts";

type Outcome = string | Error;

/** Accepts what it is given, in order; then waits until it is closed. */
class Script {
  readonly #outcomes: Outcome[];
  readonly #onAccept: () => void;
  #reject: ((error: Error) => void) | undefined;
  isClosed = false;

  constructor(outcomes: readonly Outcome[], onAccept: () => void = () => {}) {
    this.#outcomes = [...outcomes];
    this.#onAccept = onAccept;
  }

  accept(): Promise<string> {
    this.#onAccept();
    const outcome = this.#outcomes.shift();
    if (outcome instanceof Error) return Promise.reject(outcome);
    if (outcome !== undefined) return Promise.resolve(outcome);
    return new Promise((_, reject) => this.#reject = reject);
  }

  close(): void {
    this.isClosed = true;
    this.#reject?.(new Deno.errors.BadResource("closed"));
  }
}

const settled = async () => {
  for (let round = 0; round < 20; round++) await Promise.resolve();
};

function run(outcomes: readonly Outcome[]) {
  const clock = new FakeClock();
  const script = new Script(outcomes);
  const accepted: string[] = [];
  const failures: unknown[] = [];
  const listener = new Listener(script, {
    accepted: (stream) => void accepted.push(stream),
    failed: (error) => void failures.push(error),
  }, clock);
  return { clock, script, accepted, failures, listener, running: listener.run() };
}

Deno.test("Listener goes on at once after a peer that was gone before it was accepted (design §3.9)", async () => {
  const { accepted, failures, listener, running, clock } = run([
    "a",
    new Deno.errors.NotConnected("gone"),
    new Deno.errors.ConnectionReset("gone"),
    "b",
  ]);
  await settled();
  assertEquals([accepted, failures.length, clock.pendingTimers], [["a", "b"], 2, 0]);
  listener.close();
  await running;
});

Deno.test("Listener rests for 50 ms when there are too many files, and goes on", async () => {
  const { accepted, listener, running, clock } = run([new Error("Too many open files (os error 24)"), "a"]);
  await settled();
  clock.advance(49);
  await settled();
  assertEquals(accepted, []);
  clock.advance(1);
  await settled();
  assertEquals(accepted, ["a"]);
  listener.close();
  await running;
});

Deno.test("Listener ends when it is closed: while it waits, while it rests, and twice over", async () => {
  for (const outcomes of [[], [new Error("Too many open files")]]) {
    const { script, failures, listener, running } = run(outcomes);
    await settled();
    listener.close();
    listener.close();
    await running;
    assertEquals([script.isClosed, failures.length], [true, outcomes.length]);
  }
});

Deno.test("Listener goes on when what it accepted cannot be taken", async () => {
  const clock = new FakeClock();
  const failures: unknown[] = [];
  const taken: string[] = [];
  const listener = new Listener(new Script(["bad", "good"]), {
    accepted(stream) {
      if (stream === "bad") throw new Deno.errors.ConnectionReset("gone already");
      taken.push(stream);
    },
    failed: (error) => void failures.push(error),
  }, clock);
  const running = listener.run();
  await settled();
  assertEquals([taken, failures.length], [["good"], 1]);
  listener.close();
  await running;
});
