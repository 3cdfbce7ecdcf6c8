import { assertEquals, assertThrows } from "@std/assert";
import { checkPlaces, parsePlacement, PlacementError } from "../../lib/deploy/placement.ts";
import { PluginError } from "../../lib/deploy/plugin.ts";

Deno.test("parsePlacement: without a configuration everything runs inline", () => {
  const { placement, rest } = parsePlacement(undefined);
  assertEquals([placement.places.size, placement.plugins, rest], [0, [], undefined]);
});

Deno.test("parsePlacement takes places and plug-ins out, and leaves the options", () => {
  const permissions = { net: ["a.example"] };
  const { placement, rest } = parsePlacement({
    port: 4000,
    runtimes: { "/board": "worker", "/thumbs/[id]": { kind: "process", permissions }, "/echo": "inline" },
    plugins: [{ mount: "/hooks", module: "./hooks.ts" }],
  });
  assertEquals(rest, { port: 4000 });
  assertEquals([...placement.places].map(([pattern, { kind }]) => [pattern, kind]), [
    ["/board", "worker"],
    ["/thumbs/[id]", "process"],
    ["/echo", "inline"],
  ]);
  assertEquals(placement.places.get("/thumbs/[id]")?.permissions, permissions);
  assertEquals(placement.plugins.map(({ mount }) => mount), ["/hooks"]);
});

const WRONG: ReadonlyArray<readonly [runtimes: unknown, problem: string]> = [
  [["/board"], 'runtimes: it must be an object of patterns, as in { "/board": "worker" }'],
  [{ "/board": "thread" }, 'runtimes["/board"]: it must be "inline", "worker" or "process", not "thread"'],
  [{ "/board": { kind: "worker", limits: {} } }, "only a process has permissions and limits of its own"],
  [{ "/board": { kind: "worker", hibernateAfterMs: "1m" } }, 'runtimes["/board"].hibernateAfterMs: it must be a whole'],
  [{ "/board": { kind: "inline", hibernateAfterMs: 1000 } }, "only a worker or a process can hibernate"],
  [{ "/board": { kind: "process", memory: 1 } }, 'runtimes["/board"]: unknown key "memory"'],
  [{ "/board": { kind: "process", permissions: { net: ["*"] } } }, 'runtimes["/board"].permissions.net'],
  [{ board: "worker" }, 'runtimes["board"]: '],
];

for (const [runtimes, problem] of WRONG) {
  Deno.test(`parsePlacement refuses ${JSON.stringify(runtimes)}`, () => {
    assertThrows(() => parsePlacement({ runtimes }), PlacementError, problem);
  });
}

Deno.test("parsePlacement refuses a plug-in that is none", () => {
  assertThrows(() => parsePlacement({ plugins: [{}] }), PluginError, "plugins[0].mount");
});

Deno.test("checkPlaces names a route that is not there, and the one that may be meant", () => {
  const { placement } = parsePlacement({ runtimes: { "/boardd": "worker" } });
  assertThrows(() => checkPlaces(placement, ["/board", "/"]), PlacementError, 'did you mean "/board"?');
  assertThrows(() => checkPlaces(placement, ["/x"]), PlacementError, "the routes are /x");
  checkPlaces(placement, ["/boardd"]);
});
