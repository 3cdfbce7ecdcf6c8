import { assertEquals } from "@std/assert";
import { checkRouteModule } from "../../lib/runtime/route_module.ts";
import { RunningRoute } from "../../lib/runtime/running_route.ts";

const SETTING = { deployment: "d-1", isDevelopment: false };
const PLACE = { file: "one.ts", pattern: "/one" };

Deno.test("RunningRoute.report names route, file, hook and peer", () => {
  const lines: unknown[] = [];
  const log = { error: (...line: unknown[]) => lines.push(line), warn() {} };
  const running = new RunningRoute(checkRouteModule({ get: () => new Response() }, PLACE), SETTING, log);
  const error = new Error("x");
  running.report("get", error);
  running.report("open", error, "peer-1");
  const fields = { route: "/one", file: "one.ts", error };
  assertEquals(lines, [
    ["one.ts: get failed", { ...fields, hook: "get" }],
    ["one.ts: open failed", { ...fields, hook: "open", peer: "peer-1" }],
  ]);
});

Deno.test("RunningRoute keeps its open peers only where start can see them", () => {
  const log = { error() {}, warn() {} };
  const watched = new RunningRoute(checkRouteModule({ default: { start() {} } }, PLACE), SETTING, log);
  const unwatched = new RunningRoute(checkRouteModule({ default: { open() {} } }, PLACE), SETTING, log);
  assertEquals([watched.peers?.size, unwatched.peers], [0, undefined]);
});
