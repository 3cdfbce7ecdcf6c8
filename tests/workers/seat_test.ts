import { assertEquals, assertRejects } from "@std/assert";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/mod.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { Link } from "../../lib/workers/link.ts";
import { ParentGone, Seat } from "../../lib/workers/seat.ts";
import { type AdminAnswer, DOWN, UP, type WorkerBoot } from "../../lib/workers/wire.ts";
import { READY } from "./support/fake_workers.ts";

const BOOT: WorkerBoot = { number: 1, options: GATEWAY_DEFAULTS, deployments: [] };

async function seated(boot = BOOT) {
  const [parent, own] = MemoryStream.pair();
  const kinds: number[] = [];
  const link = new Link(parent, {
    take: (kind, _flags, id) => {
      kinds.push(kind);
      if (id > 0) link.answer(id);
    },
    onClosed() {},
  });
  const running = link.run();
  link.writer.putValue(DOWN.BOOT, 0, 0, boot);
  const seat = await Seat.over(own);
  const call = (kind: number, value?: unknown) => link.call((writer, id) => writer.putValue(kind, 0, id, value));
  return { seat, link, kinds, call, end: () => (link.close(), running) };
}

Deno.test("Seat gives what was stored, tells what there is, and asks the parent for the rest", async () => {
  const upload = { manifest: Uint8Array.of(1), code: Uint8Array.of(2), signature: undefined };
  const deployments = [{ name: "one", state: "active" as const, readyAt: 1, upload }];
  const { seat, kinds, end } = await seated({ ...BOOT, deployments, crashed: "two" });
  const { deployments: stored, crashed } = await seat.place.store.load();
  assertEquals([stored.map(({ name, upload }) => [name, upload?.code.length]), crashed], [[["one", 1]], "two"]);
  await seat.place.store.write([]);
  await seat.place.store.begin("one");
  await seat.place.rehearse(new Uint8Array(3));
  await seat.place.store.endTrial();
  await seat.place.store.close();
  seat.ready(READY, { reload: () => Promise.resolve(), back: () => Promise.resolve() });
  await seat.leave();
  await seat.place.store.begin("one");
  assertEquals(kinds, [UP.JOURNAL, UP.BEGIN, UP.REHEARSE, UP.READY, UP.BEGIN]);
  await end();
});

Deno.test("Seat answers admin requests with what it was given for that, with their heads and bodies", async () => {
  const { seat, call, end } = await seated();
  const ask = {
    method: "POST",
    url: "http://127.0.0.1:4001/deployments/x/activate",
    headers: [["host", "127.0.0.1:4001"], ["authorization", "Bearer t"], ["content-type", "application/json"]],
    body: new TextEncoder().encode('{"share":0.5}'),
  };
  await assertRejects(() => call(DOWN.ASK, ask), Error, "it takes no admin requests");
  seat.place.listen(async (request) => {
    const { pathname } = new URL(request.url);
    const said = [request.method, pathname, request.headers.get("host"), request.headers.get("authorization")];
    return Response.json([...said, await request.json()], { status: 202, headers: { "x-own": "1" } });
  });
  const answer = await call(DOWN.ASK, ask) as AdminAnswer;
  assertEquals([answer.status, JSON.parse(answer.body)], [202, [
    "POST",
    "/deployments/x/activate",
    "127.0.0.1:4001",
    "Bearer t",
    { share: 0.5 },
  ]]);
  assertEquals(new Map(answer.headers).get("x-own"), "1");
  await end();
});

Deno.test("Seat is measured as it was told, and asks the parent for the metrics of all", async () => {
  const { seat, call, kinds, end } = await seated();
  const all = seat.place.measure(() => "own 1\n");
  assertEquals(await call(DOWN.METRICS), "own 1\n");
  await all();
  assertEquals(kinds, [UP.METRICS]);
  await end();
});

Deno.test("Seat has new code taken over, and goes back, as it is told", async () => {
  const { seat, call, end } = await seated();
  const done: string[] = [];
  seat.ready(READY, {
    reload: (version) => Promise.resolve({ moved: done.push(version) }),
    back: () => Promise.reject(new Error("there is nothing to go back to")),
  });
  assertEquals(await call(DOWN.RELOAD, { version: "7" }), { moved: 1 });
  assertEquals(done, ["7"]);
  await assertRejects(() => call(DOWN.RELOAD_BACK), Error, "there is nothing to go back to");
  await end();
});

Deno.test("Seat stops when the parent says so, and when the parent is gone", async () => {
  const told = await seated();
  told.link.writer.putEmpty(DOWN.DRAIN, 0, 0);
  assertEquals(await told.seat.stopping, told.seat.parent);
  await told.end();
  const alone = await seated();
  await alone.end();
  assertEquals(await alone.seat.stopping, "the parent is gone");
});

Deno.test("Seat.over fails when the parent goes before it says what to serve", async () => {
  const [parent, own] = MemoryStream.pair();
  parent.close();
  await assertRejects(() => Seat.over(own), ParentGone);
});
