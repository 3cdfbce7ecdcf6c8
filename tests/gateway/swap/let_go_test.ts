/** What a swap leaves behind: nothing. @module */
import { assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Routing } from "../../../lib/gateway/routing.ts";
import { swapTables } from "../../../lib/gateway/swap.ts";
import { type RouteRuntime, RouteTable } from "../../../lib/route/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** Code that may end by itself: what it says of that. */
function lasting(broken: Promise<Error>): Routing {
  const route = { pattern: "/", file: "index.ts", hasUpgrade: false, methods: [], canResume: false, options: {} };
  const runtime: Partial<RouteRuntime> = { descriptors: [{ ...route, isWebSocket: true }], broken };
  return { table: RouteTable.of([runtime as RouteRuntime]) };
}

function collect(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

Deno.test("code that goes on serving holds on to nothing of what served before it", async () => {
  const { promise: last } = Promise.withResolvers<Error>();
  const host = {
    routing: lasting(Promise.withResolvers<Error>().promise),
    clock: new FakeClock(),
    swapTimeoutMs: 1000,
    peers: () => [],
    later: queueMicrotask,
    dismiss() {},
  };
  const before = new WeakRef(host.routing.table);
  await swapTables(host, lasting(last));
  // What a WeakRef was asked for in a turn is held until that turn is over.
  await new Promise((resolve) => setTimeout(resolve, 0));
  collect();
  assertEquals([before.deref(), await Promise.race([last, "goes on"])], [undefined, "goes on"]);
});
