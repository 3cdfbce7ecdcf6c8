import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { StartError, startRoutes, tableOf } from "../../lib/deploy/starting.ts";
import type { RouteRuntime } from "../../lib/route/table.ts";
import { InlineRuntime } from "../../lib/runtime/mod.ts";
import { checkRouteModule } from "../../lib/runtime/mod.ts";

function runtimeOf(pattern: string, start = () => {}): RouteRuntime {
  const route = checkRouteModule({ default: { message() {}, start } }, { file: `${pattern}.ts`, pattern });
  const log = { warn() {}, error() {} };
  return new InlineRuntime({ routes: [route], publish: async () => {}, log, poisonViews: false, deployment: "" });
}

Deno.test("tableOf: two routes for the same paths are a reason not to start", () => {
  assertEquals(tableOf([runtimeOf("/a"), runtimeOf("/b")]).entries.length, 2);
  const { message } = assertThrows(() => tableOf([runtimeOf("/a"), runtimeOf("/a")]), StartError);
  assertStringIncludes(message, "/a.ts");
});

Deno.test("startRoutes: a start that fails is a reason not to start, and nobody listens any more", async () => {
  let closed = 0;
  const listener = { close: () => void closed++ };
  await startRoutes([runtimeOf("/a")], listener);
  assertEquals(closed, 0);
  const failing = runtimeOf("/b", () => {
    throw new Error("no feed");
  });
  const { message } = await assertRejects(() => startRoutes([failing], listener), StartError);
  assertStringIncludes(message, "no feed");
  assertEquals(closed, 1);
});
