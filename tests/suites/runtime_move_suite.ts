/**
 * What every runtime must do when a peer is handed over: to its code, and from it.
 *
 * @module
 */
import { assert, assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";
import { deliver, GONE, type RuntimeTest } from "./runtime_bench.ts";

const SWAPPED = new DOMException("swapped", "AbortError");

export function describeMoves(test: RuntimeTest): void {
  for (const how of [undefined, "waits"] as const) {
    test(`suspend ${how ?? "returns"}: what it says comes as a clone; resume takes it in place of open`, async (bench) => {
      const { events, commands } = bench.connect("/moving", { context: { suspend: how, resume: how } });
      const [state, again] = [await events.suspend(), await events.suspend()];
      assertEquals(state, { list: [1, 2], map: new Map([["a", 1n]]) });
      assertNotStrictEquals(state, again);
      events.revoke(SWAPPED);
      const next = bench.connect("/moving", { context: { resume: how } });
      await next.events.resume(state, "swap");
      await deliver(next.events, "x");
      await next.commands.until(2);
      assertEquals(next.commands.calls, [["send", "resume swap 1,2"], ["send", "got x"]]);
      assertEquals(commands.calls, [["send", "suspend"], ["send", "suspend"]]);
    });
  }

  for (const how of ["throws", "rejects", "function"]) {
    test(`suspend that fails (${how}) says so, logs nothing, and the peer is still there`, async (bench) => {
      const { events, commands } = bench.connect("/moving", { context: { suspend: how } });
      await assertRejects(async () => void await events.suspend());
      await deliver(events, "x");
      await commands.until(2);
      assertEquals([commands.calls.at(-1), bench.lines], [["send", "got x"], []]);
    });
  }

  for (const how of ["throws", "rejects"]) {
    test(`resume that fails (${how}) says so`, async (bench) => {
      const { events } = bench.connect("/moving", { context: { resume: how } });
      await assertRejects(async () => void await events.resume(undefined, "swap"), Error, "cannot come");
      events.revoke(SWAPPED);
      assertEquals(bench.lines, []);
    });
  }

  test("a route without hooks lets its peers go and takes them", async (bench) => {
    const { events } = bench.connect("/echo");
    assertEquals(await events.suspend(), undefined);
    events.revoke(SWAPPED);
    await bench.connect("/echo").events.resume(undefined, "swap");
  });

  test("after revoke a pending handler hears of it, and neither it nor its failure reaches the peer", async (bench) => {
    const { events, commands } = bench.connect("/slow");
    await events.open();
    const pending = deliver(events, "wait");
    await commands.until(1);
    events.revoke(SWAPPED);
    await pending;
    assertEquals([commands.calls, bench.lines], [[["send", "waiting"]], []]);
  });

  test("the peers that start sees are those that came, by open or by resume, and have not gone", async (bench) => {
    await bench.runtime.start();
    const [first, second] = [bench.connect("/watch", { id: "a" }), bench.connect("/watch", { id: "b" })];
    await first.events.open();
    await second.events.resume(undefined, "swap");
    await deliver(first.events, "?");
    await first.commands.until(1);
    assertEquals(first.commands.calls[0], ["send", "a,b"]);
    first.events.revoke(SWAPPED);
    await deliver(second.events, "?");
    await second.commands.until(2);
    assert(second.commands.calls.some(([, text]) => text === "b"));
    await second.events.close(GONE);
  });

  test("idle waits for what was asked, and no longer", async (bench) => {
    await bench.runtime.idle();
    const events: string[] = [];
    const answered = bench.exchange("").then(() => events.push("answered"));
    await bench.runtime.idle();
    events.push("idle");
    await answered;
    assertEquals(events, ["answered", "idle"]);
  });
}
