/** Start the new, swap, stop the old. What becomes of peers stands in `tests/gateway/swap_test.ts`. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { RouteModule } from "sockeye";
import { createTestServer, type TestServer } from "../../lib/testing/mod.ts";

/** A page that says which version it is, when it may. */
function page(version: number, log: string[], opened: Promise<void> = Promise.resolve()): RouteModule {
  return {
    default: { start: () => void log.push(`start ${version}`), stop: () => void log.push(`stop ${version}`) },
    get: async () => {
      await opened;
      return new Response(`version ${version}`);
    },
  };
}

async function version(server: TestServer): Promise<string> {
  return await (await server.fetch("/page")).text();
}

Deno.test("Deployments let the old code answer what it was asked, and then stop it", async () => {
  const log: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await using server = await createTestServer({ "/page": page(1, log, promise) });
  const asked = version(server);
  await server.still();
  const swapped = server.swap({ "/page": page(2, log) });
  await server.still();
  assertEquals([await version(server), log], ["version 2", ["start 1", "start 2"]]);
  resolve();
  assertEquals(await asked, "version 1");
  await swapped;
  assertEquals(log, ["start 1", "start 2", "stop 1"]);
});

Deno.test("Deployments do not wait for a request of the old code for ever, and say so", async () => {
  const log: string[] = [];
  await using server = await createTestServer(
    { "/page": page(1, log, new Promise(() => {})) },
    { options: { swapTimeoutMs: 5_000 } },
  );
  const asked = version(server);
  await server.still();
  const swapped = server.swap({ "/page": page(2, log) });
  await server.still();
  await server.clock.advance(5_000);
  await swapped;
  assertEquals(log, ["start 1", "start 2", "stop 1"]);
  const line = server.logs.find(({ message }) => message.startsWith("code that was replaced"));
  assertStringIncludes(String(line?.fields["error"]), "the last request took longer than 5000 ms");
  await server.clock.advance(30_000);
  assertStringIncludes(await asked, "");
});

Deno.test("Deployments take no routes that contradict each other, and start nothing of them", async () => {
  const log: string[] = [];
  await using server = await createTestServer({ "/page": page(1, log) });
  const routes = { "/[a]": page(2, log), "/[b]": page(2, log) };
  const error = await assertRejects(() => server.swap(routes), Error);
  assertStringIncludes(error.message, "/[a]");
  assertEquals([await version(server), log], ["version 1", ["start 1"]]);
});

Deno.test("Deployments that are stopped during a swap stop both, and wait for no handler", async () => {
  const log: string[] = [];
  const route = (version: number) => ({
    start: () => void log.push(`start ${version}`),
    stop: () => void log.push(`stop ${version}`),
    message: () => new Promise<void>(() => {}),
  });
  const server = await createTestServer({ "/": route(1) }, { options: { swapTimeoutMs: 600_000 } });
  const peer = await server.connect("/");
  peer.send("stuck");
  await server.still();
  const swapping = server.swap({ "/": route(2) }).catch(() => {});
  await server.still();
  await server.stop();
  assertEquals(log.sort(), ["start 1", "start 2", "stop 1", "stop 2"]);
  await server.clock.advance(600_000);
  await swapping;
});

Deno.test("Deployments stop what serves last", async () => {
  const log: string[] = [];
  const server = await createTestServer({ "/page": page(1, log) });
  await server.swap({ "/page": page(2, log) });
  await server.stop();
  assertEquals(log, ["start 1", "start 2", "stop 1", "stop 2"]);
});
