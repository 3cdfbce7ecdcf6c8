/** `/clock`. @module */
import { assertEquals } from "@std/assert";
import { GONE } from "../suites/runtime_bench.ts";
import { withShippedRoutes } from "./shipped_routes.ts";

/** Stands in for the interval timer; `ticks` holds what runs, by timer. */
async function withFakeInterval(work: (ticks: Map<number, () => void>) => Promise<void>): Promise<void> {
  const { setInterval, clearInterval } = globalThis;
  const ticks = new Map<number, () => void>();
  let made = 0;
  const set = (callback: () => void, intervalMs: number): number => {
    assertEquals(intervalMs, 1_000);
    ticks.set(++made, callback);
    return made;
  };
  Object.assign(globalThis, { setInterval: set, clearInterval: (timer: number) => ticks.delete(timer) });
  try {
    await work(ticks);
  } finally {
    Object.assign(globalThis, { setInterval, clearInterval });
  }
}

const tickAll = (ticks: ReadonlyMap<number, () => void>) => ticks.forEach((tick) => tick());

Deno.test("/clock tells the time at once, then publishes it each second, by one timer for all", async () => {
  await withFakeInterval((ticks) =>
    withShippedRoutes(async ({ connect, published }) => {
      const first = connect("/clock", { id: "first" });
      await first.events.open();
      const second = connect("/clock", { id: "second" });
      await second.events.open();
      assertEquals(first.commands.calls.map(([name]) => name), ["send", "subscribe"]);
      const { time, watching } = JSON.parse(String(second.commands.sentObjects[0]));
      assertEquals([new Date(time).toISOString(), watching], [time, 2]);
      assertEquals(ticks.size, 1);
      tickAll(ticks);
      assertEquals(published.map(([topic, text]) => [topic, JSON.parse(String(text)).watching]), [["clock", 2]]);
    })
  );
});

Deno.test("/clock has no timer while nobody watches, nor after stop", async () => {
  await withFakeInterval(async (ticks) => {
    await withShippedRoutes(async ({ connect }) => {
      assertEquals(ticks.size, 0);
      const first = connect("/clock", { id: "first" });
      const second = connect("/clock", { id: "second" });
      await first.events.open();
      await second.events.open();
      await first.events.close(GONE);
      assertEquals(ticks.size, 1);
      await second.events.close(GONE);
      assertEquals(ticks.size, 0);
      await connect("/clock", { id: "third" }).events.open();
      assertEquals(ticks.size, 1);
    });
    assertEquals(ticks.size, 0);
  });
});

Deno.test("/clock goes on for whom its code takes over", async () => {
  await withFakeInterval((ticks) =>
    withShippedRoutes(async ({ connect, published }) => {
      const { events, commands } = connect("/clock", { id: "taken over" });
      await events.resume(undefined, "swap");
      tickAll(ticks);
      assertEquals(published.map(([topic, text]) => [topic, JSON.parse(String(text)).watching]), [["clock", 1]]);
      // It is subscribed already.
      assertEquals(commands.calls, []);
      await events.close(GONE);
      assertEquals(ticks.size, 0);
    })
  );
});
