/** `/echo`. @module */
import { assertEquals } from "@std/assert";
import { deliver } from "../suites/runtime_bench.ts";
import { withShippedRoutes } from "./shipped_routes.ts";

Deno.test("/echo sends text back as text and bytes as bytes, empty messages included", async () => {
  await withShippedRoutes(async ({ connect }) => {
    const { events, commands } = connect("/echo");
    await deliver(events, "Grüße 🐟");
    await deliver(events, [0, 255, 128]);
    await deliver(events, "");
    await deliver(events, []);
    assertEquals(commands.calls, [["send", "Grüße 🐟"], ["send", [0, 255, 128]], ["send", ""], ["send", []]]);
  });
});

Deno.test("/echo takes the next message only when the client has read enough of the last echo", async () => {
  await withShippedRoutes(async ({ connect }) => {
    const { events, commands } = connect("/echo");
    commands.bufferedAmount = commands.highWaterBytes + 1;
    await deliver(events, "slow");
    assertEquals(commands.calls, [["send", "slow"], ["drained"]]);
  });
});

Deno.test("/echo takes messages of 32 MiB and 131 072 fragments", async () => {
  await withShippedRoutes(({ runtime }) => {
    const options = runtime.descriptors.find(({ pattern }) => pattern === "/echo")?.options;
    assertEquals([options?.maxMessageBytes, options?.maxFragments], [33_554_432, 131_072]);
    return Promise.resolve();
  });
});
