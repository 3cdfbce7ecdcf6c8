/** Start the new, swap, stop the old. What becomes of peers stands in `tests/gateway/swap_test.ts`. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { RouteModule } from "sockeye";
import { Deployment, DeploymentConflict, UnknownDeployment } from "../../lib/deploy/mod.ts";
import { createTestServer, type TestServer } from "../../lib/testing/mod.ts";
import { ask, counting, DeployedGateway } from "../support/deployed_gateway.ts";
import { RecordedTracer } from "./support/recorded_tracer.ts";

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

/** A gateway where these deployments have been activated one after the other, beginning with `one`. */
async function history(names: readonly string[], setting?: Parameters<typeof DeployedGateway.serving>[1]) {
  const server = await DeployedGateway.serving({ "/": counting("one") }, setting);
  for (const name of names) {
    await server.add(name, { "/": counting(name) });
    await server.deployments.activate(name);
  }
  return server;
}

Deno.test("Deployments go back to the one before, at once and with every count; once more, and they are where they began", async () => {
  await using server = await history([]);
  const client = await server.connect();
  assertEquals(await ask(client), "one 1");
  await server.add("two", { "/": counting("two") });
  await server.deployments.activate("two");
  assertEquals(await ask(client), "two 2");
  const report = await server.deployments.rollback();
  assertEquals([report.moved, report.deployment.name, report.deployment.state], [1, "one", "active"]);
  assertEquals([await ask(client), server.states()], ["one 3", ["one active", "two kept"]]);
  await server.deployments.rollback();
  assertEquals([await ask(client), server.states()], ["two 4", ["two active", "one kept"]]);
  assertEquals(server.events, ["start two", "stop one", "start one", "stop two", "start two", "stop one"]);
});

Deno.test("Deployments go back to any kept one by its name", async () => {
  await using server = await history(["two", "three", "four"]);
  await server.deployments.rollback("two");
  assertEquals(server.states(), ["two active", "four kept", "three kept", "one kept"]);
});

Deno.test("Deployments keep so many that served, and forget the others", async () => {
  await using server = await history(["two", "three", "four", "five"], { kept: 2 });
  assertEquals(server.states(), ["five active", "four kept", "three kept"]);
  await assertRejects(() => server.deployments.rollback("one"), UnknownDeployment, "there is no deployment one");
});

Deno.test("Deployments keep as many candidates and failures, and forget the oldest of each", async () => {
  await using server = await history([], { kept: 2 });
  for (const name of ["a", "b", "c"]) await server.add(name, { "/": counting(name) });
  for (const name of ["x", "y", "z"]) await server.deployments.addFailed(server.code(name, {}), `no ${name}`);
  assertEquals(server.states(), ["one active", "c candidate", "b candidate", "z failed", "y failed"]);
  assertEquals(server.deployments.find("z")?.reason, "no z");
});

Deno.test("Deployments say what state, times, peers and reason are", async () => {
  await using server = await history(["two"]);
  await server.connectMany(3);
  const failing = counting("three", { resume: () => Promise.reject(new Error("not at home")) });
  await server.add("three", { "/": failing });
  await assertRejects(() => server.deployments.activate("three"), Error, "not at home");
  const [active, kept, failed] = server.deployments.list();
  assertEquals([active?.peers, kept?.peers, failed?.peers], [3, 0, 0]);
  assertStringIncludes(failed?.reason ?? "", "resume failed for peer");
  for (const time of [active?.activeAt, kept?.activeAt, failed?.readyAt]) {
    assertEquals(new Date(time ?? "").toISOString(), time);
  }
  assertEquals(failed?.activeAt, undefined);
});

Deno.test("Deployments refuse what contradicts the moment, and change nothing", async () => {
  await using server = await history(["two"]);
  await server.add("three", { "/": counting("three") });
  const refused = async (what: () => Promise<unknown>, reason: string) => {
    const before = server.states();
    await assertRejects(what, DeploymentConflict, reason);
    assertEquals(server.states(), before);
  };
  const { deployments } = server;
  await refused(() => deployments.activate("two"), "two serves already");
  await refused(() => deployments.promote("three"), "three is no canary: it is candidate");
  await refused(() => deployments.rollback("three"), "three is candidate, and not kept: activate it instead");
  await deployments.addFailed(server.code("four", {}), "wrong");
  await refused(() => deployments.activate("four"), "four has failed (wrong): upload it again");
  await assertRejects(() => deployments.activate("five"), UnknownDeployment);
  await deployments.activate("three", { share: 0.25 });
  const underWay = "three is a canary for 25 % of the peers: promote it, or roll it back, first";
  await refused(() => deployments.rollback("one"), underWay);
  await refused(() => deployments.activate("one"), underWay);
  await refused(() => deployments.replace(server.code("six", { "/": counting("six") })), underWay);
  assertEquals(server.events.filter((event) => event.endsWith("six")), []);
  await deployments.rollback();
  await using lone = await history([]);
  await assertRejects(() => lone.deployments.rollback(), DeploymentConflict, "no deployment is kept");
});

Deno.test("Deployments go back from code whose suspend throws when that is insisted on", async () => {
  await using server = await history([]);
  const client = await server.connect();
  const stuck = counting("two", { suspend: () => Promise.reject(new Error("never")) });
  await server.add("two", { "/": stuck });
  await server.deployments.activate("two");
  assertStringIncludes(
    (await assertRejects(() => server.deployments.rollback(), Error)).message,
    "suspend failed for peer",
  );
  assertEquals([await ask(client), server.states()], ["two 1", ["two active", "one kept"]]);
  await server.deployments.rollback(undefined, { insist: true });
  assertEquals([await ask(client), server.states()], ["one 1", ["one active", "two kept"]]);
});

Deno.test("Deployments of a name that is known are not added again; one that failed is", async () => {
  await using server = await history([]);
  const { deployments } = server;
  assertEquals((await deployments.add(server.code("one", {}))).state, "active");
  await deployments.addFailed(server.code("one", {}), "wrong");
  await deployments.addFailed(server.code("two", {}), "wrong");
  assertEquals(server.states(), ["one active", "two failed"]);
  assertEquals((await deployments.add(server.code("two", { "/": counting("two") }))).state, "candidate");
  await deployments.activate("two");
  assertEquals(server.states(), ["two active", "one kept"]);
});

Deno.test("Deployments that are replaced by others of the same name are told of once", async () => {
  await using server = await history([]);
  const client = await server.connect();
  await server.deployments.replace(server.code("one", { "/": counting("one anew") }));
  assertEquals([await ask(client), server.states()], ["one anew 1", ["one active"]]);
});

Deno.test("Deployments are written down at each change; what cannot be is not added, and is a warning once it serves", async () => {
  const written: string[][] = [];
  let isFull = false;
  const journal = {
    write: (all: readonly { name: string; state: string }[]) => {
      if (isFull) return Promise.reject(new Error("no space left"));
      written.push(all.map(({ name, state }) => `${name} ${state}`));
      return Promise.resolve();
    },
  };
  await using server = await history(["two"], { journal });
  assertEquals(written, [["one active", "two candidate"], ["two active", "one kept"]]);
  isFull = true;
  await assertRejects(() => server.add("three", {}), Error, "could not be stored: no space left");
  assertEquals(server.states(), ["two active", "one kept"]);
  assertStringIncludes((await server.deployments.rollback()).warning ?? "", "no space left");
  assertEquals(server.states(), ["one active", "two kept"]);
  assertStringIncludes(server.logged.join(), "could not be stored");
});

Deno.test("Deployments recall earlier ones, all but the one that serves", async () => {
  await using server = await history([]);
  const earlier = [1, 2].map((at) => {
    const name = ["one", "nought"][at - 1]!;
    const deployment = new Deployment(server.code(name, { "/": counting(name) }), { readyAt: at, activeAt: at });
    deployment.state = "kept";
    return deployment;
  });
  await server.deployments.recall(earlier);
  assertEquals(server.states(), ["one active", "nought kept"]);
  await server.deployments.rollback();
  assertEquals(server.states(), ["nought active", "one kept"]);
});

Deno.test("Deployments tell of each step of what takes over, of what becomes of it, and of what does not", async () => {
  const tracer = new RecordedTracer();
  await using server = await DeployedGateway.serving({ "/": counting("one") }, { tracer });
  await server.connect();
  const { deployments } = server;
  const taken = (facts: object) => JSON.stringify({ ...facts, dismissed: 0, lost: 0 });
  await server.add("two", { "/": counting("two") });
  await deployments.activate("two", { share: 0.999 });
  await deployments.promote("two");
  assertEquals(tracer.told.splice(0), [
    ...['{"deployment":"two","share":0.999}', "start", "swap"],
    taken({ deployment: "two", state: "canary", moved: 1 }),
    ...['{"deployment":"two"}', "start", "swap", "stop"],
    taken({ deployment: "two", state: "active", moved: 0 }),
  ]);
  await deployments.rollback();
  assertEquals(tracer.told.splice(0), [
    ...['{"deployment":"one"}', "start", "swap", "stop", taken({ deployment: "one", state: "active", moved: 1 })],
  ]);
  await server.add("three", { "/": counting("three", { start: () => Promise.reject(new Error("no feed")) }) });
  await deployments.activate("three").catch(() => {});
  const why = "three/: start failed: no feed";
  assertEquals(tracer.told.splice(0), ['{"deployment":"three"}', `start !${why}`, "stop"]);
  await server.add("four", { "/": counting("four") });
  await deployments.activate("four", { share: 0.001 });
  tracer.told.length = 0;
  await deployments.rollback();
  assertEquals(tracer.told, ["swap", "stop", taken({ deployment: "one", state: "active", moved: 0 })]);
});
