/** Deployments of a server with workers: in all of them or in none, and in those that are started again. @module */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeUpload } from "../../lib/deploy/upload.ts";
import { counterCode, madeUpload } from "../deploy/support/made_upload.ts";
import { ask } from "../support/deployed_gateway.ts";
import { admin, command, counterRoute, type DeployServer, states, Workshop } from "../support/deploy_server.ts";
import type { RawClient } from "../support/raw_client.ts";
import { serveWorkers, workersOf } from "../support/workers_server.ts";

const ignore = Deno.build.os !== "linux";

/** Says at first which process it is in, when that is asked. */
function placedRoute(word: string, extra = ""): string {
  return counterRoute(word, extra).replace(
    "message(peer) {",
    'message(peer, message) {\n    if (message.text() === "pid") return void peer.send(String(Deno.pid));',
  );
}

async function placed(server: DeployServer): Promise<readonly RawClient[]> {
  const pids = await workersOf(server);
  const found = new Map<string, RawClient>();
  while (found.size < pids.length) {
    const client = await server.connect();
    await client.sendText("pid");
    const incoming = await client.nextButPings();
    const pid = incoming.kind === "text" ? incoming.text : "";
    if (pids.includes(Number(pid)) && !found.has(pid)) found.set(pid, client);
    else client[Symbol.dispose]();
  }
  return pids.map((pid) => found.get(String(pid))!);
}

/** `deno task deploy`, which says the name. */
async function deploy(here: Workshop, server: DeployServer, word: string, ...args: readonly string[]) {
  const routes = await here.routes(word, { "index.ts": placedRoute(word) });
  const { code, output } = await command("deploy", ["--routes", routes, "--to", server.admin, ...args]);
  return { code, output, name: /^deployment (\w+):/m.exec(output)?.[1] ?? "" };
}

Deno.test({
  name: "deploy and rollback reach all workers: open sockets stay, each with its count, and are listed once",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": placedRoute("one") }));
    const clients = await placed(server);
    for (const client of clients) assertEquals(await ask(client), "one 1");
    const { code, output, name } = await deploy(here, server, "two");
    assertEquals(code, 0, output);
    assertStringIncludes(output, `${name} is active; 2 peers go on with it`);
    for (const client of clients) assertEquals(await ask(client), "two 2");
    assertEquals(await states(server), [`${name} active`, "local kept"]);
    const { answer } = await admin(server, "GET", "/deployments");
    assertEquals(answer.deployments[0].peers, 2);
    const back = await command("rollback", ["--to", server.admin]);
    assertEquals([back.code, back.output], [0, `${server.admin}: local is active; 2 peers go on with it\n`]);
    for (const client of clients) assertEquals(await ask(client), "one 3");
  },
});

Deno.test({
  name: "what fails in one worker is taken back in the others, and the answer says why",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": placedRoute("one") }));
    const clients = await placed(server);
    for (const client of clients) assertEquals(await ask(client), "one 1");
    // One process at a time can listen there.
    const port = freePort();
    const routes = await here.routes("two", {
      "index.ts": placedRoute(
        "two",
        `start({ signal }) { const l = Deno.listen({ hostname: "127.0.0.1", port: ${port} }); signal.addEventListener("abort", () => l.close()); },`,
      ),
    });
    const { code, output } = await command("deploy", ["--routes", routes, "--to", server.admin]);
    assertEquals(code, 1, output);
    assertMatch(output, /not activated: 422: worker 2: .*Address already in use.*; the others have gone back/);
    for (const client of clients) assertEquals(await ask(client), "one 2");
    const [active] = await states(server);
    assertEquals(active, "local active");
    assertEquals((await deploy(here, server, "three")).code, 0);
    for (const client of clients) assertEquals(await ask(client), "three 3");
  },
});

Deno.test({
  name: "code that ends a process when it is loaded ends none of the workers",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": placedRoute("one") }));
    const pids = await workersOf(server);
    const upload = await madeUpload(counterCode("two", "Deno.exit(7);"));
    const refused = await admin(server, "POST", "/deployments", encodeUpload(upload));
    assertEquals([refused.status, refused.answer.error], [422, "loading the code ended the process with 7"]);
    assertEquals(await states(server), ["local active", `${upload.name} failed`]);
    assertEquals(await workersOf(server), pids);
  },
});

Deno.test({
  name: "a worker that is started again has the deployment and the canary of the others",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": placedRoute("one") }));
    const two = await deploy(here, server, "two");
    const three = await deploy(here, server, "three", "--canary", "50");
    assertEquals([two.code, three.code], [0, 0], three.output);
    const before = await states(server);
    assertEquals(before, [`${three.name} canary`, `${two.name} active`, "local kept"]);
    for (let count = 0; count < 2; count++) {
      const [pid] = await workersOf(server);
      const from = server.process.output().length;
      Deno.kill(pid!, "SIGKILL");
      await server.process.printed(/worker \d serves again/, from);
    }
    assertEquals(await states(server), before);
    const words = new Set<string>();
    for (let count = 0; count < 100 && words.size < 2; count++) {
      const client = await server.connect();
      words.add((await ask(client)).split(" ")[0]!);
      client[Symbol.dispose]();
    }
    assertEquals([...words].sort(), ["three", "two"]);
    const promoted = await command("promote", ["--to", server.admin, three.name]);
    assertEquals(promoted.code, 0, promoted.output);
    for (const client of await placed(server)) assertEquals(await ask(client), "three 1");
  },
});

Deno.test({
  name: "deployments are stored once for all workers, and survive a restart of the server",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const routes = await here.routes("one", { "index.ts": placedRoute("one") });
    const store = here.store("data");
    const server = await serveWorkers(here, routes, store);
    const { name } = await deploy(here, server, "two");
    server.process.kill("SIGTERM");
    assertEquals((await server.process.exited()).code, 0);
    const again = await serveWorkers(here, routes, store);
    for (const client of await placed(again)) assertEquals(await ask(client), "two 1");
    assertEquals(await states(again), [`${name} active`, "local kept"]);
  },
});

Deno.test({
  name: "SIGUSR2 has all workers take over what is in the routes folder, or none",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": placedRoute("one") }));
    const clients = await placed(server);
    for (const client of clients) assertEquals(await ask(client), "one 1");
    await here.routes("one", { "index.ts": placedRoute("two") });
    server.process.kill("SIGUSR2");
    await server.process.printed(/SIGUSR2: new code in \d+ ms; 2 peers go on with it/);
    for (const client of clients) assertEquals(await ask(client), "two 2");
    await here.routes("one", { "index.ts": "throw new Error('not yet');" });
    server.process.kill("SIGUSR2");
    await server.process.printed(/SIGUSR2: the old code goes on:\n(?:.*\n)*.*not yet/);
    for (const client of clients) assertEquals(await ask(client), "two 3");
    // One that is started again reads the folder as it is.
    await here.routes("one", { "index.ts": placedRoute("two") });
    const [pid] = await workersOf(server);
    Deno.kill(pid!, "SIGKILL");
    await server.process.printed(/worker \d serves again/);
    assertEquals((await states(server))[0], "local.2 active");
    for (const client of await placed(server)) assertMatch(await ask(client), /^two/);
  },
});

Deno.test({
  name: "the metrics add the workers up, and count those that were started again",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": placedRoute("one") }));
    const metrics = async () => (await admin(server, "GET", "/metrics")).answer.split("\n") as string[];
    const clients = await placed(server);
    const before = await metrics();
    for (const line of ["sockeye_workers 2", "sockeye_workers_up 2", "sockeye_worker_restarts_total 0"]) {
      assert(before.includes(line), `${line} is not in\n${before.join("\n")}`);
    }
    assert(before.includes('sockeye_peers{deployment="local",state="active"} 2'));
    const { name } = await deploy(here, server, "two");
    const after = await metrics();
    assert(after.includes(`sockeye_peers{deployment="${name}",state="active"} 2`));
    // One activation, of two peers.
    assert(after.includes('sockeye_activations_total{outcome="done"} 1'), after.join("\n"));
    assert(after.includes('sockeye_swapped_peers_total{outcome="moved"} 2'));
    const [pid] = await workersOf(server);
    Deno.kill(pid!, "SIGKILL");
    await server.process.printed(/worker \d serves again/);
    const last = await metrics();
    // The other's peer, and what the killed one had counted.
    assert(last.includes(`sockeye_peers{deployment="${name}",state="active"} 1`), last.join("\n"));
    assert(last.includes('sockeye_swapped_peers_total{outcome="moved"} 2'), last.join("\n"));
    assert(last.includes("sockeye_worker_restarts_total 1"));
    assertEquals(clients.length, 2);
  },
});

Deno.test({
  name: "POST /drain drains all workers; what is asked without the token is refused",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": placedRoute("one") }));
    const clients = await placed(server);
    const wrong = { authorization: "Bearer of-bad-news-of-course" };
    assertEquals((await admin(server, "POST", "/drain", undefined, wrong)).status, 401);
    assertEquals((await admin(server, "GET", "/nowhere")).status, 404);
    assertEquals((await admin(server, "PUT", "/deployments")).status, 405);
    assertEquals((await admin(server, "POST", "/deployments/nobody/activate")).status, 404);
    const { status, answer } = await admin(server, "POST", "/drain");
    assertEquals([status, answer], [202, { draining: true }]);
    for (const client of clients) {
      assertEquals(await client.nextButPings(), { kind: "close", code: 1012, reason: "service restart" });
      await client.close(1012);
    }
    assertEquals((await server.process.exited()).code, 0);
  },
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
