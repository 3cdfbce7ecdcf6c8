/** Whatever is sent and swapped, in whatever order: each message is handled once, in order, by code that knows the last. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Route } from "sockeye";
import { createTestServer, type TestServer } from "../../lib/testing/mod.ts";

type Step = "send" | "send slow" | "swap" | "swap back" | "settle" | "stop reading" | "read on";

const steps = fc.array(
  fc.constantFrom<Step>("send", "send", "send slow", "swap", "swap back", "settle", "stop reading", "read on"),
  { minLength: 1, maxLength: 40 },
);

/** Numbers what it handles, and hands the number on; some handlers are pending for a while. */
function numbering(version: number, fails: boolean): Route {
  const counts = new Map<string, number>();
  const answer = (id: string, text: string): string => {
    const count = (counts.get(id) ?? NaN) + 1;
    counts.set(id, count);
    return `${count} ${text} ${"x".repeat(100)}`;
  };
  return {
    open: (peer) => void counts.set(peer.id, 0),
    async message(peer, message) {
      const text = message.text();
      if (text.startsWith("slow")) { for (let turn = 0; turn < version % 5 + 1; turn++) await Promise.resolve(); }
      peer.send(answer(peer.id, text));
    },
    suspend: (peer) => version % 2 === 0 ? counts.get(peer.id) : Promise.resolve(counts.get(peer.id)),
    resume(peer, state) {
      counts.set(peer.id, state as number);
      if (fails && peer.context === "last") throw new Error("not this one");
    },
    upgrade: (request) => ({ context: new URL(request.url).search.slice(1) }),
  };
}

async function play(server: TestServer, plan: readonly Step[]): Promise<void> {
  const peers = [await server.connect("/?first"), await server.connect("/?last")];
  const sent: string[] = [];
  const swaps: Promise<unknown>[] = [];
  let version = 1;
  for (const step of plan) {
    if (step.startsWith("send")) {
      const text = `${step === "send" ? "quick" : "slow"}-${sent.length}`;
      sent.push(text);
      for (const peer of peers) peer.send(text);
    } else if (step.startsWith("swap")) {
      const fails = step === "swap back";
      const swap = server.swap({ "/": numbering(++version, fails) });
      swaps.push(fails ? swap.then(() => Promise.reject(new Error("it should have failed")), () => {}) : swap);
    } else if (step === "settle") await server.settled();
    else for (const peer of peers) step === "read on" ? peer.resumeReading() : peer.stopReading();
  }
  for (const peer of peers) peer.resumeReading();
  await Promise.all(swaps);
  await server.settled();
  for (const peer of peers) {
    const answers: unknown[] = [];
    while (peer.waitingMessages > 0) answers.push(String(await peer.receive()).replace(/ x+$/, ""));
    assertEquals(answers, sent.map((text, at) => `${at + 1} ${text}`));
  }
  assertEquals(server.connectionCount, 2);
}

Deno.test("any order of messages, pauses, swaps and swaps that go back: nothing is lost, doubled, reordered or forgotten", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const options = { highWaterBytes: 512 };
      await using server = await createTestServer({ "/": numbering(1, false) }, { options, isDevelopment: false });
      await play(server, plan);
    }),
    { numRuns: 150 },
  );
});
