/** `/`. @module */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { deliver } from "../suites/runtime_bench.ts";
import { withShippedRoutes } from "./shipped_routes.ts";

Deno.test("/ greets with what it is, the time, and how to go on", async () => {
  await withShippedRoutes(async ({ connect }) => {
    const { events, commands } = connect("/");
    await events.open();
    assertMatch(
      String(commands.sentObjects[0]),
      /^Hello from Sockeye\. It is \d{4}-\d\d-\d\dT[\d:.]+Z\. Send me anything: text or binary\.$/,
    );
  });
});

Deno.test("/ answers with what it got: characters are code points, bytes are those of UTF-8", async () => {
  await withShippedRoutes(async ({ connect }) => {
    const { events, commands } = connect("/");
    await deliver(events, "ü🐟");
    await deliver(events, "a");
    await deliver(events, "");
    await deliver(events, [9]);
    assertEquals(commands.sentObjects, [
      "Got “ü🐟”: 2 characters, 6 bytes in UTF-8.",
      "Got “a”: 1 character, 1 byte in UTF-8.",
      "Got an empty message: 0 characters, 0 bytes. That is allowed.",
      "Got 1 byte of binary. /echo sends bytes back.",
    ]);
  });
});

Deno.test("/ quotes the first 80 characters of a long text, and never half of one", async () => {
  await withShippedRoutes(async ({ connect }) => {
    const { events, commands } = connect("/");
    await deliver(events, "🐟".repeat(81));
    assertEquals(commands.sentObjects, [`Got “${"🐟".repeat(80)}…”: 81 characters, 324 bytes in UTF-8.`]);
  });
});

Deno.test("/ waits for a client that does not read its answers", async () => {
  await withShippedRoutes(async ({ connect }) => {
    const { events, commands } = connect("/");
    commands.bufferedAmount = commands.highWaterBytes + 1;
    await deliver(events, "a");
    assertEquals(commands.calls.at(-1), ["drained"]);
  });
});

Deno.test("GET / is the page, allowed to connect to the host it was asked at", async () => {
  await withShippedRoutes(async ({ runtime }) => {
    const at = runtime.descriptors.findIndex(({ pattern }) => pattern === "/");
    const response = await runtime.exchange(at, new Request("http://edge.example:4000/"), {}, "192.0.2.7");
    assertEquals([response.status, response.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
    assertStringIncludes(response.headers.get("content-security-policy") ?? "", "ws://edge.example:4000 ");
    assert((await response.text()).startsWith("<!doctype html>"));
  });
});
