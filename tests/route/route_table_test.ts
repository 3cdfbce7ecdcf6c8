import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { RouteTable } from "../../lib/route/route_table.ts";
import type { RouteDescriptor, RouteRuntime } from "../../lib/route/runtime_contract.ts";

function descriptor(pattern: string, file: string, more: Partial<RouteDescriptor> = {}): RouteDescriptor {
  return { pattern, file, isWebSocket: true, hasUpgrade: false, canResume: false, methods: [], options: {}, ...more };
}

/** A runtime of which only the descriptors are looked at. */
function runtimeOf(...descriptors: readonly RouteDescriptor[]): RouteRuntime {
  const unused = () => {
    throw new Error("the table must not run anything");
  };
  return {
    kind: "inline",
    descriptors,
    start: unused,
    stop: unused,
    idle: unused,
    upgrade: unused,
    exchange: unused,
    attach: unused,
  };
}

Deno.test("RouteTable finds runtime, index and descriptor of a path", () => {
  const first = runtimeOf(descriptor("/", "index.ts"), descriptor("/rooms/[room]", "rooms/[room].ts"));
  const second = runtimeOf(descriptor("/plug", "plug.ts"));
  const table = RouteTable.of([first, second]);
  const match = table.match("/rooms/blue");
  assertStrictEquals(match?.value.runtime, first);
  assertEquals(match?.value.index, 1);
  assertStrictEquals(match?.value.descriptor, first.descriptors[1]);
  assertEquals(match?.params, { room: "blue" });
  assertStrictEquals(table.match("/plug")?.value.runtime, second);
  assertEquals(table.match("/plug")?.value.index, 0);
  assertEquals(table.match("/nowhere"), undefined);
  assertEquals(table.runtimes, new Set([first, second]));
});

Deno.test("RouteTable.find knows a route by its very pattern", () => {
  const runtime = runtimeOf(descriptor("/rooms/[room]", "rooms/[room].ts"));
  const table = RouteTable.of([runtime]);
  assertStrictEquals(table.find("/rooms/[room]")?.runtime, runtime);
  assertEquals([table.find("/rooms/blue"), table.find("/rooms/[other]")], [undefined, undefined]);
});

Deno.test("RouteTable names both files of a conflict between runtimes", () => {
  const error = assertThrows(
    () => RouteTable.of([runtimeOf(descriptor("/a", "a.ts")), runtimeOf(descriptor("/a", "plug/a.ts"))]),
    Error,
    "match the same paths",
  );
  assert(error.message.includes("a.ts and plug/a.ts"));
});

Deno.test("RouteTable cannot be changed", () => {
  const table = RouteTable.of([runtimeOf(descriptor("/a", "a.ts"))]);
  assert(Object.isFrozen(table.entries));
  assert(Object.isFrozen(table.entries[0]));
});

Deno.test("RouteTable.describe prints an aligned line for each route, sorted by pattern", () => {
  const table = RouteTable.of([
    runtimeOf(
      descriptor("/rooms/[room]", "rooms/[room].ts"),
      descriptor("/hook", "hook.ts", { isWebSocket: false, methods: ["GET", "POST"] }),
      descriptor("/", "index.ts", { methods: ["GET"] }),
    ),
    { ...runtimeOf(descriptor("/board", "board.ts")), kind: "worker" },
  ]);
  assertEquals(
    table.describe(),
    [
      "/              ws GET    index.ts",
      "/board         ws        board.ts (worker)",
      "/hook          GET POST  hook.ts",
      "/rooms/[room]  ws        rooms/[room].ts",
    ].join("\n"),
  );
});

Deno.test("RouteTable of no routes matches nothing and describes nothing", () => {
  const table = RouteTable.of([]);
  assertEquals(table.match("/"), undefined);
  assertEquals(table.describe(), "");
});
