import { assertEquals, assertRejects } from "@std/assert";
import { START_TIMEOUT_MS } from "../../lib/workers/crew.ts";
import { STEADY_MS } from "../../lib/workers/restart_pause.ts";
import { UnfitError } from "../../lib/workers/worker_life.ts";
import { FakeCrew, READY } from "./support/fake_workers.ts";

const numbers = (crew: FakeCrew) => crew.crew.up.map(({ number }) => number);

Deno.test("Crew starts the first worker alone, and the others on the port that it has", async () => {
  const here = new FakeCrew(3);
  const ports: number[] = [];
  here.onStart = async (worker) => {
    assertEquals(worker.number === 1 || numbers(here).includes(1), true);
    const { boot } = await worker.seat;
    ports.push(boot.options.port);
    await worker.serve();
  };
  assertEquals(await here.crew.start(), READY);
  assertEquals([numbers(here), ports], [[1, 2, 3], [0, READY.port, READY.port]]);
  await here.end();
});

Deno.test("Crew: what is wrong with the first worker is told, and no other is started", async () => {
  const here = new FakeCrew(2);
  here.onStart = async (worker) => {
    const seat = await worker.seat;
    await seat.unfit({ message: "the port is in use", code: 2 });
    worker.end("it exited with 1");
  };
  const error = await assertRejects(() => here.crew.start(), UnfitError, "the port is in use");
  assertEquals([error.exitCode, here.workers.length], [2, 1]);
});

Deno.test("Crew: a worker that ends before it serves ends the start, and the others", async () => {
  const here = new FakeCrew(2);
  here.onStart = (worker) => void (worker.number === 1 ? worker.serve() : worker.end("it exited with 3"));
  await assertRejects(() => here.crew.start(), UnfitError, "worker 2 ended before it was ready: it exited with 3");
  assertEquals(await here.workers[0]!.started.ended, "it was ended by SIGKILL");
});

Deno.test("Crew starts a worker again that has ended: at once when it was steady, else after growing pauses", async () => {
  const here = new FakeCrew(2);
  await here.crew.start();
  here.clock.advance(STEADY_MS);
  here.workers[1]!.end("it was ended by SIGKILL");
  await here.logged("worker 2 has ended: it was ended by SIGKILL; it is started again in 0 ms");
  here.clock.advance(0);
  await here.logged("worker 2 serves again");
  assertEquals([numbers(here), here.crew.restarts, here.workers.length], [[1, 2], 1, 3]);
  here.onStart = (worker) => worker.end("it exited with 1");
  here.workers[2]!.end("it exited with 1");
  await here.logged(
    "worker 2 has ended, 2 times in a row soon after its start: it exited with 1; it is started again in 200 ms",
  );
  here.clock.advance(199);
  assertEquals(here.workers.length, 3);
  here.clock.advance(1);
  await here.logged("it is started again in 400 ms");
  assertEquals(numbers(here), [1]);
  here.onStart = (worker) => void worker.serve();
  here.clock.advance(400);
  while (here.lines.filter((line) => line.endsWith("worker 2 serves again")).length < 2) await Promise.resolve();
  await here.end();
});

Deno.test("Crew ends a worker that is started again and does not come to serve, and tries once more", async () => {
  const here = new FakeCrew(2);
  await here.crew.start();
  here.onStart = () => {};
  here.workers[0]!.end();
  await here.logged("worker 1 has ended");
  here.clock.advance(100);
  while (here.workers.length < 3) await Promise.resolve();
  await here.workers[2]!.seat;
  here.clock.advance(START_TIMEOUT_MS);
  await here.logged("worker 1 could not be started again: the start took longer than 60000 ms");
  await here.logged("worker 1 has ended, 2 times in a row soon after its start: it was ended by SIGKILL");
  await here.end();
});

Deno.test("Crew: a process that cannot be started at all is tried again too", async () => {
  const here = new FakeCrew(1);
  await here.crew.start();
  here.onStart = () => {
    throw new Error("out of processes");
  };
  here.workers[0]!.end();
  await here.logged("worker 1 has ended");
  here.clock.advance(100);
  await here.logged("out of processes; it is started again in 200 ms");
  here.onStart = (worker) => void worker.serve();
  here.clock.advance(200);
  await here.logged("worker 1 serves again");
  await here.end();
});

Deno.test("Crew does one thing at a time: no worker comes up in the middle of an operation", async () => {
  const here = new FakeCrew(2);
  await here.crew.start();
  const { promise, resolve } = Promise.withResolvers<void>();
  const operation = here.crew.inTurn(async () => {
    await promise;
    return numbers(here);
  });
  here.workers[1]!.end();
  await here.logged("worker 2 has ended");
  here.clock.advance(100);
  resolve();
  assertEquals(await operation, [1]);
  await here.logged("worker 2 serves again");
  await assertRejects(() => here.crew.inTurn(() => Promise.reject(new Error("in vain"))), Error, "in vain");
  assertEquals(await here.crew.inTurn(() => Promise.resolve(numbers(here))), [1, 2]);
  await here.end();
});

Deno.test("Crew.drain has all go, and starts none again; who does not go in time is ended", async () => {
  const here = new FakeCrew(2);
  const stubborn: string[] = [];
  here.onStart = async (worker) => {
    if (worker.number === 1) return void worker.serve();
    const seat = await worker.seat;
    seat.ready(READY, { reload: () => Promise.resolve(), back: () => Promise.resolve() });
    stubborn.push(await seat.stopping);
  };
  await here.crew.start();
  const drained = here.crew.drain(1_000);
  assertEquals(await here.workers[0]!.started.ended, "it exited with 0");
  while (stubborn.length === 0) await Promise.resolve();
  here.clock.advance(6_000);
  await drained;
  assertEquals(await here.workers[1]!.started.ended, "it was ended by SIGKILL");
  assertEquals([here.workers.length, here.lines, stubborn], [2, [], ["the parent"]]);
});
