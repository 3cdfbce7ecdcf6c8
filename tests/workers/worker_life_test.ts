import { assertEquals, assertRejects } from "@std/assert";
import { DOWN } from "../../lib/workers/wire.ts";
import { Deployment } from "../../lib/deploy/mod.ts";
import { FakeCrew } from "./support/fake_workers.ts";

Deno.test("WorkerLife keeps the deployments that its worker said last, which a worker that is started anew begins with", async () => {
  const here = new FakeCrew(1);
  await here.crew.start();
  const seat = await here.workers[0]!.seat;
  const make = () => Promise.resolve([]);
  const deployment = new Deployment({ name: "one", make }, { readyAt: 1, activeAt: 2 });
  deployment.state = "active";
  await seat.place.store.write([deployment]);
  await seat.place.store.begin("one");
  const [life] = here.crew.up;
  assertEquals(life?.rows?.map(({ name, state, readyAt, activeAt }) => [name, state, readyAt, activeAt]), [
    ["one", "active", 1, 2],
  ]);
  assertEquals(here.begun, ["one"]);
  await seat.place.rehearse(new Uint8Array(5));
  assertEquals(here.rehearsed, [5]);
  assertEquals(await seat.place.measure(() => "")(), "of all\n");
  here.workers[0]!.end();
  await here.logged("worker 1 has ended");
  assertEquals([life?.isUp, here.crew.up], [false, []]);
  await assertRejects(async () => await life?.call(DOWN.ASK, {}), Error, "it has ended");
  await here.end();
});

Deno.test("WorkerLife: one that is not there yet cannot be asked, and is ended rather than drained", async () => {
  const here = new FakeCrew(1);
  here.onStart = () => {};
  const starting = here.crew.start();
  const [worker] = here.workers;
  const draining = here.crew.drain(1_000);
  assertEquals(await worker!.started.ended, "it was ended by SIGKILL");
  await draining;
  await assertRejects(() => starting, Error, "worker 1 ended before it was ready");
});
