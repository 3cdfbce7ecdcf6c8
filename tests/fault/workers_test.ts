/** Several processes on one port: shared topics, ends of single ones, and going away together. @module */
import { assert, assertEquals, assertLess, assertMatch, assertNotEquals } from "@std/assert";
import { admin, Workshop } from "../support/deploy_server.ts";
import { ended } from "../support/other_process.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  heard,
  place,
  type PlacedClient,
  placeInEach,
  serveWorkers,
  subscribe,
  TALKING_ROUTE,
  workersOf,
} from "../support/workers_server.ts";

const RESTART = { kind: "close", code: 1012, reason: "service restart" } as const;
const ignore = Deno.build.os !== "linux";

async function serving(here: Workshop, ...args: readonly string[]) {
  return await serveWorkers(here, await here.routes("one", { "index.ts": TALKING_ROUTE }), { args });
}

/** Says numbers, and hears each again. */
async function echo(client: RawClient, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number++) {
    await client.sendText(`echo ${number}`);
    assertEquals(await heard(client), `echo ${number}`);
  }
}

Deno.test({
  name: "two workers have each 40 to 60 % of 1,000 connections",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serving(here);
    const pids = await workersOf(server);
    assertEquals(pids.length, 2);
    const counts = new Map<number, number>();
    for (let batch = 0; batch < 20; batch++) {
      for (const { pid } of await Promise.all(Array.from({ length: 50 }, () => place(server)))) {
        counts.set(pid, (counts.get(pid) ?? 0) + 1);
      }
    }
    assertEquals([...counts.keys()].sort(), pids.toSorted());
    for (const [pid, count] of counts) assert(count >= 400 && count <= 600, `process ${pid} has ${count} of 1,000`);
  },
});

for (const topic of ["room", "kept:room"]) {
  Deno.test({
    name: `publications to ${topic} reach the subscribers of both workers, in the order of each publisher`,
    ignore,
    async fn() {
      await using here = await Workshop.open();
      const server = await serving(here);
      const publishers = (await placeInEach(server)).map(({ client }) => client);
      const subscribers = (await placeInEach(server)).map(({ client }) => client);
      for (const client of subscribers) {
        await subscribe(client, topic);
        assertEquals(await heard(client), `in ${topic}`);
      }
      const count = 500;
      const listening = subscribers.map(async (client) => {
        const got: string[] = [];
        while (got.length < 2 * count) got.push(await heard(client));
        return got;
      });
      await Promise.all(publishers.map(async (client, at) => {
        for (let number = 0; number < count; number++) await client.sendText(`say ${topic} ${at}:${number}`);
      }));
      const all = await Promise.all(listening);
      for (const got of all) {
        for (const at of [0, 1]) {
          const own = got.filter((text) => text.startsWith(`${at}:`));
          assertEquals(own, Array.from({ length: count }, (_, number) => `${at}:${number}`));
        }
      }
      // One order for all, where there is a history.
      if (topic.startsWith("kept:")) assertEquals(all[0], all[1]);
    },
  });
}

Deno.test({
  name: "a history is one for both workers, and outlives the one that published",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serving(here);
    const [one, two] = await placeInEach(server) as [PlacedClient, PlacedClient];
    await subscribe(two.client, "kept:news");
    assertEquals(await heard(two.client), "in kept:news");
    for (const text of ["a", "b", "c"]) await one.client.sendText(`say kept:news ${text}`);
    for (const text of ["a", "b", "c"]) assertEquals(await heard(two.client), text);
    Deno.kill(one.pid, "SIGKILL");
    await server.process.printed(/worker \d serves again/);
    for (const { client } of await placeInEach(server)) {
      await subscribe(client, "kept:news", 2);
      assertEquals([await heard(client), await heard(client), await heard(client)].sort(), ["b", "c", "in kept:news"]);
    }
  },
});

Deno.test({
  name: "a worker that is killed is started again; the peers of the other lose nothing",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serving(here);
    const [killed, other] = await placeInEach(server) as [PlacedClient, PlacedClient];
    await subscribe(other.client, "room");
    assertEquals(await heard(other.client), "in room");
    await Promise.all([echo(killed.client, 0, 100), echo(other.client, 0, 100)]);
    const goingOn = echo(other.client, 100, 2_000);
    const from = server.process.output().length;
    Deno.kill(killed.pid, "SIGKILL");
    assert(["end", "reset"].includes((await killed.client.ending()).kind));
    await server.process.printed(
      /^\S+Z error worker \d has ended: it was ended by SIGKILL; it is started again in \d+ ms$/m,
      from,
    );
    await server.process.printed(/^\S+Z info {2}worker \d serves again$/m, from);
    await goingOn;
    const pids = await workersOf(server);
    assertEquals(pids.length, 2);
    assert(pids.includes(other.pid) && !pids.includes(killed.pid));
    const fresh = (await placeInEach(server)).find(({ pid }) => pid !== other.pid)!;
    assertNotEquals(fresh.pid, killed.pid);
    // What it publishes reaches the other, and what the other publishes reaches it.
    await fresh.client.sendText("say room from-the-new");
    assertEquals(await heard(other.client), "from-the-new");
    await subscribe(fresh.client, "room");
    assertEquals(await heard(fresh.client), "in room");
    await other.client.sendText("say room from-the-old");
    assertEquals(await heard(fresh.client), "from-the-old");
  },
});

Deno.test({
  name: "a worker that ends again and again is started again after pauses that grow, and the log says so",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const mark = here.path("broken");
    const routes = await here.routes("one", {
      "index.ts": `
import { existsSync } from "node:fs";
export default { start() { if (existsSync(${JSON.stringify(mark)})) Deno.exit(3); }, open() {} };`,
    });
    const server = await serveWorkers(here, routes);
    await Deno.writeTextFile(mark, "");
    const [pid] = await workersOf(server);
    Deno.kill(pid!, "SIGKILL");
    await server.process.printed(
      /^\S+Z error worker 1 has ended: it was ended by SIGKILL; it is started again in 100 ms$/m,
    );
    for (const [count, pauseMs] of [[2, 200], [3, 400], [4, 800]]) {
      const words = `worker 1 has ended, ${count} times in a row soon after its start: it exited with 3; ` +
        `it is started again in ${pauseMs} ms`;
      await server.process.printed(new RegExp(words));
    }
    await Deno.remove(mark);
    await server.process.printed(/worker 1 serves again/);
    server.process.kill("SIGTERM");
    assertEquals((await server.process.exited()).code, 0);
  },
});

for (const who of ["the parent", "all processes"]) {
  Deno.test({
    name: `SIGTERM to ${who} drains all workers once: 1012 to all peers, and exit code 0`,
    ignore,
    async fn() {
      await using here = await Workshop.open();
      const server = await serving(here);
      const pids = await workersOf(server);
      const clients = (await placeInEach(server)).map(({ client }) => client);
      if (who === "all processes") { for (const pid of pids) Deno.kill(pid, "SIGTERM"); }
      server.process.kill("SIGTERM");
      for (const client of clients) {
        assertEquals(await client.nextButPings(), RESTART);
        await client.close(1012);
      }
      const status = await server.process.exited();
      assertEquals([status.code, status.signal], [0, null]);
      for (const pid of pids) await ended(pid);
      // A worker may be gone before the parent comes to its own signal: then it has ended, but none takes its place.
      const isWrong = who === "the parent" ? /has ended/ : /serves again/;
      assert(!isWrong.test(server.process.output()), server.process.output());
    },
  });
}

Deno.test({
  name: "a second signal ends the parent and all workers at once",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serving(here);
    const pids = await workersOf(server);
    const clients = (await placeInEach(server)).map(({ client }) => client);
    server.process.kill("SIGTERM");
    // Nobody answers the Close: the drain goes on.
    for (const client of clients) assertEquals(await client.nextButPings(), RESTART);
    const signalledAt = performance.now();
    server.process.kill("SIGINT");
    assertEquals((await server.process.exited()).code, 130);
    for (const pid of pids) await ended(pid);
    assertLess(performance.now() - signalledAt, 5_000);
  },
});

Deno.test({
  name: "a worker that gets SIGTERM drains, and another one takes its place",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serving(here);
    const [asked, other] = await placeInEach(server) as [PlacedClient, PlacedClient];
    Deno.kill(asked.pid, "SIGTERM");
    assertEquals(await asked.client.nextButPings(), RESTART);
    await asked.client.close(1012);
    await server.process.printed(/worker \d serves again/);
    await echo(other.client, 0, 10);
    assertEquals((await workersOf(server)).length, 2);
  },
});

Deno.test({
  name: "when the parent is killed the workers drain, and none is left behind",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serving(here);
    const pids = await workersOf(server);
    const clients = (await placeInEach(server)).map(({ client }) => client);
    server.process.kill("SIGKILL");
    for (const client of clients) {
      assertEquals(await client.nextButPings(), RESTART);
      await client.close(1012);
    }
    for (const pid of pids) await ended(pid);
  },
});

Deno.test({
  name: "what routes print gets a worker's number, and not between the records of its link",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const routes = await here.routes("one", {
      "index.ts": TALKING_ROUTE.replace(
        'peer.send("process " + Deno.pid)',
        `(console.log("opened"), Deno.stdout.writeSync(new TextEncoder().encode("\\x01\\x02 raw\\n")), $&)`,
      ),
    });
    const server = await serveWorkers(here, routes);
    const clients = (await placeInEach(server)).map(({ client }) => client);
    await server.process.printed(/^\[1\] opened$/m);
    await server.process.printed(/^\[2\] opened$/m);
    await server.process.printed(/^\[1\] .* raw$/m);
    for (const client of clients) await subscribe(client, "kept:x");
    for (const client of clients) assertEquals(await heard(client), "in kept:x");
    assertMatch(server.process.output(), /listens on http:\/\/127\.0\.0\.1:\d+ \(127\.0\.0\.1\).*, 2 workers$/m);
  },
});

Deno.test({
  name: "what is pushed to the parent reaches the topics and the connections of all workers",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const token = "another-token-for-the-tests";
    const routes = await here.routes("one", {
      "index.ts": TALKING_ROUTE.replace("peer.send(message.text())", "peer.send(peer.id)"),
    });
    const server = await serveWorkers(here, routes, { env: { SOCKEYE_PUBLISH_TOKEN: token } });
    const clients = (await placeInEach(server)).map(({ client }) => client);
    const push = (method: string, path: string, body?: string) =>
      admin(server, method, path, body, { authorization: `Bearer ${token}` });
    for (const client of clients) {
      await subscribe(client, "room");
      assertEquals(await heard(client), "in room");
    }
    assertEquals((await push("POST", "/publish?topic=room", "to all")).answer, { published: 1 });
    for (const client of clients) assertEquals(await heard(client), "to all");
    for (const client of clients) {
      await client.sendText("id");
      const id = await heard(client);
      assertEquals((await push("GET", `/connections/${id}`)).answer.connection.topics, ["room"]);
      assertEquals((await push("POST", `/connections/${id}`, "to you")).answer, { sent: true });
      assertEquals(await heard(client), "to you");
    }
    assertEquals((await admin(server, "POST", "/publish?topic=room")).status, 401);
    assertEquals((await push("GET", "/deployments")).status, 401);
  },
});

Deno.test({
  name: "histories that are stored survive a restart of the server",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const routes = await here.routes("one", { "index.ts": TALKING_ROUTE });
    const store = here.store("data");
    const server = await serveWorkers(here, routes, store);
    const [one, two] = await placeInEach(server) as [PlacedClient, PlacedClient];
    await subscribe(two.client, "kept:news");
    assertEquals(await heard(two.client), "in kept:news");
    await one.client.sendText("say kept:news stored");
    assertEquals(await heard(two.client), "stored");
    for (const { client } of [one, two]) client[Symbol.dispose]();
    server.process.kill("SIGTERM");
    assertEquals((await server.process.exited()).code, 0);
    for (const { client } of await placeInEach(await serveWorkers(here, routes, store))) {
      await subscribe(client, "kept:news", 1);
      assertEquals([await heard(client), await heard(client)].sort(), ["in kept:news", "stored"]);
    }
  },
});
