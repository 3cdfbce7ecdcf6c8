import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { InlineRuntime } from "../../lib/runtime/inline_runtime.ts";
import { loadRoutes } from "../../lib/runtime/loader.ts";
import { checkRouteModule } from "../../lib/runtime/route_module.ts";
import { runtimeSuite } from "../suites/runtime_suite.ts";

runtimeSuite("InlineRuntime", async ({ routes, ...options }) => {
  return new InlineRuntime({ routes: await loadRoutes(routes), ...options });
});

/** A runtime of one module, with its log. */
function runtimeOf(exports: Readonly<Record<string, unknown>>): { runtime: InlineRuntime; logged: unknown[] } {
  const logged: unknown[] = [];
  const runtime = new InlineRuntime({
    routes: [checkRouteModule(exports, { file: "one.ts", pattern: "/one" })],
    publish: () => Promise.resolve(),
    log: { error: (_, { error }) => logged.push(error), warn() {} },
    poisonViews: false,
    deployment: "d-1",
  });
  return { runtime, logged };
}

Deno.test("InlineRuntime answers a synchronous upgrade without a promise", () => {
  const { runtime } = runtimeOf({ default: { upgrade: () => ({ context: 1 }) } });
  const decision = runtime.upgrade(0, {
    request: { method: "GET", url: "http://a/one", headers: [], remoteAddress: "192.0.2.7" },
    params: {},
    subprotocols: [],
    signal: new AbortController().signal,
  });
  assertEquals(decision, { accept: true, context: 1 });
});

Deno.test("InlineRuntime can be started once", async () => {
  const { runtime } = runtimeOf({ default: { start() {} } });
  await runtime.start();
  await assertRejects(() => runtime.start(), Error, "started before");
  await runtime.stop();
});

Deno.test("InlineRuntime has no route beyond its descriptors", () => {
  const { runtime } = runtimeOf({ get: () => new Response() });
  const error = assertThrows(() => runtime.attach(1, undefined as never), RangeError);
  assertStringIncludes(error.message, "1 routes, none at 1");
});

Deno.test("InlineRuntime logs a Response that was sent before and answers 500", async () => {
  const response = new Response("once");
  const { runtime, logged } = runtimeOf({ get: () => response });
  const ask = () => runtime.exchange(0, new Request("http://a/one"), {}, "192.0.2.7");
  assertEquals(await (await ask()).text(), "once");
  const second = await ask();
  assertEquals([second.status, await second.text()], [500, "Internal Server Error\n"]);
  assertInstanceOf(logged[0], TypeError);
  assertStringIncludes(logged[0].message, "make a new one for each request");
});

Deno.test("InlineRuntime calls hooks with the route as this", () => {
  const seen: unknown[] = [];
  const route = {
    get upgrade() {
      return function (this: unknown) {
        seen.push(this);
      };
    },
  };
  const { runtime } = runtimeOf({ default: route });
  runtime.upgrade(0, {
    request: { method: "GET", url: "http://a/one", headers: [], remoteAddress: "192.0.2.7" },
    params: {},
    subprotocols: [],
    signal: new AbortController().signal,
  });
  assertEquals(seen[0] === route, true);
});
