/** What the parent answers for all workers, each of which is a gateway with its deployments here. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Admin } from "../../lib/deploy/admin.ts";
import { RequestError } from "../../lib/deploy/request_error.ts";
import { encodeUpload } from "../../lib/deploy/upload.ts";
import { systemClock } from "../../lib/gateway/mod.ts";
import type { Log } from "../../lib/observe/mod.ts";
import type { AdminAnswer, AdminAsk } from "../../lib/workers/wire.ts";
import { type AskedWorker, WorkersAdmin } from "../../lib/workers/workers_admin.ts";
import { ADDRESS, adminParts, METRICS_TOKEN, TOKEN } from "../deploy/support/admin_parts.ts";
import { counterCode, madeUpload } from "../deploy/support/made_upload.ts";
import { ask, counting, DeployedGateway } from "../support/deployed_gateway.ts";

/** Two workers, and the parent's answers. */
async function bench() {
  const lines: string[] = [];
  const line = (message: string) => void lines.push(message);
  const log: Log = { debug: line, info: line, warn: line, error: line };
  const servers = [
    await DeployedGateway.serving({ "/": counting("one") }),
    await DeployedGateway.serving({ "/": counting("one") }),
  ];
  const broken = new Set<number>();
  const workers = servers.map((server, at): AskedWorker & { rows: AskedWorker["rows"] } => {
    const admin = new Admin({
      ...adminParts(server, log),
      metrics: () => ({ text: "one worker's\n", type: "text/plain" }),
    });
    return {
      number: at + 1,
      rows: [{ name: `row ${at + 1}`, state: "active", readyAt: 1 }],
      async call(_kind, value) {
        if (broken.has(at + 1)) throw new Error("it has ended");
        const { method, url, headers, body } = value as AdminAsk;
        const init = { method, headers: headers as [string, string][], ...(body.length === 0 ? {} : { body }) };
        const response = await admin.answer(new Request(url, init));
        return {
          status: response.status,
          headers: [...response.headers],
          body: await response.text(),
        } satisfies AdminAnswer;
      },
    };
  });
  const up = { list: workers as readonly AskedWorker[] };
  const ledger = { learned: [] as string[], recorded: [] as unknown[], problem: undefined as string | undefined };
  let drains = 0;
  const metrics: { text: string | undefined; readonly problem: Error } = {
    text: "sockeye_workers 2\n",
    problem: new RequestError(503, "worker 2: it has ended"),
  };
  const admin = new WorkersAdmin({
    token: TOKEN,
    metricsToken: METRICS_TOKEN,
    address: ADDRESS,
    crew: {
      get up() {
        return up.list;
      },
      inTurn: (operation) => operation(),
    },
    ledger: {
      learn: (name) => void ledger.learned.push(name),
      record(rows) {
        if (ledger.problem !== undefined) return Promise.reject(new Error(ledger.problem));
        return Promise.resolve(void ledger.recorded.push(rows));
      },
    },
    maxDeploymentBytes: 100_000,
    deployKey: "",
    clock: systemClock,
    timeoutMs: 20_000,
    log,
    metrics: () => metrics.text === undefined ? Promise.reject(metrics.problem) : Promise.resolve(metrics.text),
    drain: () => drains++,
  });
  const send = async (method: string, path: string, body?: BodyInit | object, headers: HeadersInit = {}) => {
    const isOrder = typeof body === "object" && !(body instanceof FormData);
    const response = await admin.answer(
      new Request(`http://${ADDRESS}${path}`, {
        method,
        headers: {
          host: ADDRESS,
          authorization: `Bearer ${TOKEN}`,
          ...(isOrder ? { "content-type": "application/json" } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isOrder ? JSON.stringify(body) : body }),
      }),
    );
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return {
      status: response.status,
      headers: response.headers,
      answer: isJson ? await response.json() : await response.text(),
    };
  };
  return {
    servers,
    workers,
    broken,
    up,
    ledger,
    metrics,
    lines,
    send,
    drains: () => drains,
    states: async () => {
      const { answer } = await send("GET", "/deployments");
      return answer.deployments.map(({ name, state, peers }: Record<string, unknown>) => `${name} ${state} ${peers}`);
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("WorkersAdmin: upload, activate, list and roll back reach all workers, and are answered once", async () => {
  await using here = await bench();
  const clients = await Promise.all(here.servers.map((server) => server.connect()));
  const upload = await madeUpload(counterCode("two"));
  const ready = await here.send("POST", "/deployments", encodeUpload(upload));
  assertEquals([ready.status, ready.answer.deployment.state], [201, "candidate"]);
  assertEquals((await here.send("POST", "/deployments", encodeUpload(upload))).status, 200);
  const activated = await here.send("POST", `/deployments/${upload.name}/activate`);
  assertEquals([activated.status, activated.answer.moved, activated.answer.deployment.peers], [200, 2, 2]);
  for (const client of clients) assertEquals(await ask(client), `two 1 ${upload.name}`);
  assertEquals(await here.states(), [`${upload.name} active 2`, "one kept 0"]);
  const back = await here.send("POST", "/rollback", {});
  assertEquals([back.status, back.answer.deployment.name, back.answer.moved], [200, "one", 2]);
  assertEquals(here.ledger.learned, [upload.name, upload.name]);
  assertEquals(here.ledger.recorded.at(-1), here.workers[0]!.rows);
});

Deno.test("WorkersAdmin: what one worker refuses is taken back in the other, with the reason", async () => {
  await using here = await bench();
  const client = await here.servers[0]!.connect();
  const upload = await madeUpload(counterCode("two"));
  await here.send("POST", "/deployments", encodeUpload(upload));
  // A canary of the second alone: nothing else may be activated there.
  await here.servers[1]!.add("alone", { "/": counting("alone") });
  await here.servers[1]!.deployments.activate("alone", { share: 0.5 });
  const refused = await here.send("POST", `/deployments/${upload.name}/activate`);
  assertEquals(refused.status, 409);
  assertStringIncludes(refused.answer.error, "worker 2: alone is a canary for 50 % of the peers");
  assertStringIncludes(refused.answer.error, "the others have gone back: what served before goes on");
  assertEquals(await ask(client), "one 1");
  assert(here.servers[0]!.states().includes("one active"), here.servers[0]!.states().join());
});

Deno.test("WorkersAdmin: what the first worker refuses no other is asked for, and the answer is the worker's own", async () => {
  await using here = await bench();
  const nobody = await here.send("POST", "/deployments/nobody/activate");
  assertEquals([nobody.status, nobody.answer], [404, { error: "there is no deployment nobody" }]);
  const wrong = await here.send("POST", "/rollback", "text", { "content-type": "text/plain" });
  assertEquals(wrong.status, 415);
  const share = await here.send("POST", "/deployments/one/activate", { share: 3 });
  assertEquals([share.status, share.headers.get("cache-control")], [400, "no-store"]);
});

Deno.test("WorkersAdmin: a worker that ends meanwhile has failed, and the first one's end is no activation", async () => {
  await using here = await bench();
  const upload = await madeUpload(counterCode("two"));
  await here.send("POST", "/deployments", encodeUpload(upload));
  const [first, second] = here.workers as [AskedWorker, AskedWorker];
  const call = second.call.bind(second);
  // It ends when it is asked to activate.
  Object.assign(second, {
    call: (kind: number, value: AdminAsk) =>
      value.url.endsWith("/activate") ? Promise.reject(new Error("it has ended")) : call(kind, value),
  });
  const refused = await here.send("POST", `/deployments/${upload.name}/activate`);
  assertEquals([refused.status, refused.answer.error], [
    422,
    "worker 2: it has ended; the others have gone back: what served before goes on",
  ]);
  assertEquals(here.servers[0]!.states()[0], "one active");
  here.up.list = [first];
  assertEquals((await here.send("POST", `/deployments/${upload.name}/activate`)).status, 200);
  here.up.list = [];
  const nobody = await here.send("GET", "/deployments");
  assertEquals([nobody.status, nobody.answer.error.includes("no worker is up")], [503, true]);
});

Deno.test("WorkersAdmin: an upload that is not ready is 422 with the reason, and known nowhere else", async () => {
  await using here = await bench();
  const upload = await madeUpload(counterCode("two", `throw new Error("not at home");`));
  const { status, answer } = await here.send("POST", "/deployments", encodeUpload(upload));
  assertEquals([status, answer.error], [422, "not at home"]);
  assertEquals(here.ledger.learned, []);
  assertEquals(await here.states(), ["one active 0", `${upload.name} failed 0`]);
  const long = new FormData();
  long.set("manifest", "x".repeat(200_000));
  assertEquals((await here.send("POST", "/deployments", long)).status, 413);
});

Deno.test("WorkersAdmin: what cannot be stored is a warning of an activation, and the failure of an upload", async () => {
  await using here = await bench();
  const upload = await madeUpload(counterCode("two"));
  await here.send("POST", "/deployments", encodeUpload(upload));
  here.ledger.problem = "the disk is full";
  const { status, answer } = await here.send("POST", `/deployments/${upload.name}/activate`);
  assertEquals([status, answer.warning.includes("the disk is full")], [200, true]);
  const three = await here.send("POST", "/deployments", encodeUpload(await madeUpload(counterCode("three"))));
  assertEquals([three.status, three.answer.error], [500, "the deployment could not be stored: the disk is full"]);
});

Deno.test("WorkersAdmin: the metrics of all, for either token; the one for them is good for nothing else", async () => {
  await using here = await bench();
  const { status, headers, answer } = await here.send("GET", "/metrics");
  assertEquals([status, headers.get("content-type")], [200, "text/plain; version=0.0.4; charset=utf-8"]);
  assertEquals(answer, "sockeye_workers 2\n");
  const authorization = `Bearer ${METRICS_TOKEN}`;
  const statusOf = async (method: string, path: string) =>
    (await here.send(method, path, undefined, { authorization })).status;
  assertEquals([await statusOf("GET", "/metrics"), await statusOf("HEAD", "/metrics")], [200, 200]);
  assertEquals([await statusOf("POST", "/metrics"), await statusOf("GET", "/metrics/")], [405, 401]);
  assertEquals([await statusOf("GET", "/deployments"), await statusOf("POST", "/drain"), here.drains()], [401, 401, 0]);
  here.metrics.text = undefined;
  const failed = await here.send("GET", "/metrics");
  assertEquals([failed.status, failed.answer.error], [503, "worker 2: it has ended"]);
});

Deno.test("WorkersAdmin: drain is the parent's, what nobody knows is a worker's, and without the token nothing is", async () => {
  await using here = await bench();
  assertEquals([(await here.send("POST", "/drain")).status, here.drains()], [202, 1]);
  assertEquals((await here.send("GET", "/drain")).status, 405);
  assertEquals((await here.send("GET", "/nowhere")).status, 404);
  const refused = await here.send("POST", "/drain", undefined, { authorization: "Bearer nobody" });
  assertEquals([refused.status, refused.headers.get("www-authenticate")], [401, 'Bearer realm="sockeye"']);
  assertEquals((await here.send("POST", "/drain", undefined, { origin: "https://evil.example" })).status, 403);
  assertEquals(here.drains(), 1);
});

Deno.test("WorkersAdmin: the inspector is refused with what to do, before anybody is asked for a token", async () => {
  await using here = await bench();
  for (const path of ["/inspector", "/inspector/", "/inspector/api/overview"]) {
    const { status, answer } = await here.send("GET", path, undefined, { authorization: "" });
    assertEquals(status, 501);
    assertStringIncludes(answer.error, "--workers");
  }
  assertEquals((await here.send("GET", "/inspectors")).status, 404);
});
