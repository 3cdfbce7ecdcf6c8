/** One deployment: its runtimes from start to stop. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { Deployment } from "../../lib/deploy/mod.ts";
import type { RouteRuntime } from "../../lib/route/table.ts";
import { FakeClock } from "../support/fake_clock.ts";

const limit = { clock: new FakeClock(), timeoutMs: 1_000 };

/** A runtime that notes what is done with it. */
function runtime(name: string, events: string[], changes: Partial<RouteRuntime> = {}): RouteRuntime {
  const note = (what: string) => () => {
    events.push(`${what} ${name}`);
    return Promise.resolve();
  };
  const descriptor = {
    pattern: `/${name}`,
    file: name,
    isWebSocket: true,
    hasUpgrade: false,
    methods: [],
    options: {},
  };
  return {
    kind: "inline",
    descriptors: [descriptor],
    start: note("start"),
    stop: note("stop"),
    idle: note("idle"),
    ...changes,
  } as unknown as RouteRuntime;
}

Deno.test("Deployment makes its runtimes, starts each once, and stops them when they have answered", async () => {
  const events: string[] = [];
  let made = 0;
  const make = () => Promise.resolve([runtime(`a${++made}`, events), runtime(`b${made}`, events)]);
  const deployment = new Deployment({ name: "x", make }, { readyAt: 0 });
  assertEquals(deployment.table.entries.length, 0);
  await deployment.start(limit);
  await deployment.start(limit);
  assertEquals(deployment.table.entries.map(({ descriptor }) => descriptor.pattern), ["/a1", "/b1"]);
  await deployment.stop(limit);
  assertEquals(deployment.table.entries.length, 0);
  await deployment.start(limit);
  assertEquals(events, [
    ...["start a1", "start b1", "idle a1", "idle b1", "stop a1", "stop b1"],
    ...["start a2", "start b2"],
  ]);
});

Deno.test("Deployment takes the runtimes that were made to try it, and stops them also when they were not started", async () => {
  const events: string[] = [];
  const code = { name: "x", make: () => Promise.reject(new Error("made twice")) };
  const deployment = new Deployment(code, { readyAt: 0 }, [runtime("a", events)]);
  assertEquals(deployment.table.entries.length, 1);
  await deployment.stop(limit);
  assertEquals(events, ["idle a", "stop a"]);
  await assertRejects(() => deployment.start(limit), Error, "made twice");
});

Deno.test("Deployment whose second runtime fails to start stops the first", async () => {
  const events: string[] = [];
  const failing = runtime("b", events, { start: () => Promise.reject(new Error("b: start failed")) });
  const deployment = new Deployment(
    { name: "x", make: () => Promise.resolve([runtime("a", events), failing]) },
    { readyAt: 0 },
  );
  await assertRejects(() => deployment.start(limit), Error, "b: start failed");
  await deployment.stop();
  assertEquals(events, ["start a", "stop a", "stop b"]);
});

Deno.test("Deployment that cannot be loaded within its time says so", async () => {
  const clock = new FakeClock();
  const deployment = new Deployment({ name: "x", make: () => new Promise(() => {}) }, { readyAt: 0 });
  const starting = assertRejects(
    () => deployment.start({ clock, timeoutMs: 10 }),
    Error,
    "loading the code took longer",
  );
  clock.advance(10);
  await starting;
});

Deno.test("Deployment that failed lets go of what it was made of", async () => {
  const deployment = new Deployment({ name: "x", upload: {} as never, make: () => Promise.resolve([]) }, {
    readyAt: 0,
  });
  deployment.fail("no");
  assertEquals([deployment.name, deployment.state, deployment.reason, deployment.code.upload], [
    "x",
    "failed",
    "no",
    undefined,
  ]);
  await assertRejects(() => deployment.code.make(), Error, "no");
});

Deno.test("Deployment tells times as ISO 8601, and of a share where it has one", () => {
  const deployment = new Deployment({ name: "x", make: () => Promise.resolve([]) }, { readyAt: 0 });
  assertEquals(deployment.status(2), { name: "x", state: "candidate", peers: 2, readyAt: "1970-01-01T00:00:00.000Z" });
  deployment.share = 0.1;
  deployment.activeAt = 1_000;
  assertEquals([deployment.status(0).share, deployment.status(0).activeAt], [0.1, "1970-01-01T00:00:01.000Z"]);
});
