/** `/broadcast`. @module */
import { assertEquals } from "@std/assert";
import { deliver } from "../suites/runtime_bench.ts";
import { withShippedRoutes } from "./shipped_routes.ts";

Deno.test("/broadcast publishes what a peer sends to all others, text as text and bytes as bytes", async () => {
  await withShippedRoutes(async ({ connect }) => {
    const { events, commands } = connect("/broadcast");
    await events.open();
    await deliver(events, "hello");
    await deliver(events, [1, 2]);
    assertEquals(commands.calls, [
      ["subscribe", "broadcast"],
      ["publish", "broadcast", "hello", false],
      ["publish", "broadcast", [1, 2], false],
    ]);
  });
});
