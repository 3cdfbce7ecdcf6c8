/** What the admin listener answers. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Admin } from "../../lib/deploy/admin.ts";
import type { DeploymentJournal, DeployTracer, UploadedCode } from "../../lib/deploy/mod.ts";
import { sign } from "../../lib/deploy/signature.ts";
import { encodeUpload } from "../../lib/deploy/upload.ts";
import { ask, counting, DeployedGateway } from "../support/deployed_gateway.ts";
import { adminParts, METRICS_TOKEN, TOKEN } from "./support/admin_parts.ts";
import { counterCode, keyPair, madeUpload } from "./support/made_upload.ts";
import { RecordedTracer } from "./support/recorded_tracer.ts";

/** A gateway with one route, and what answers for its deployments. */
async function bench(deployKey = "", journal?: DeploymentJournal, tracer?: DeployTracer) {
  const setting = journal === undefined ? {} : { journal };
  const server = await DeployedGateway.serving({ "/": counting("one") }, setting);
  let drains = 0;
  const lines: string[] = [];
  const line = (message: string) => void lines.push(message);
  const log = { info: line, warn: line, error: line };
  const admin = new Admin({ ...adminParts(server, log), deployKey, tracer, drain: () => drains++ });
  const send = async (method: string, path: string, body?: BodyInit | object, headers: HeadersInit = {}) => {
    const isOrder = typeof body === "object" && !(body instanceof FormData);
    const request = new Request(`http://127.0.0.1:4001${path}`, {
      method,
      headers: {
        host: "127.0.0.1:4001",
        authorization: `Bearer ${TOKEN}`,
        ...(isOrder ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isOrder ? JSON.stringify(body) : body }),
    });
    const response = await admin.answer(request);
    const { status, headers: answered } = response;
    const isJson = answered.get("content-type") === "application/json";
    return { status, headers: answered, answer: isJson ? await response.json() : await response.text() };
  };
  return {
    server,
    lines,
    drains: () => drains,
    send,
    upload: (upload: UploadedCode) => send("POST", "/deployments", encodeUpload(upload)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("Admin: upload, activate, list, roll back; a socket stays open with its count", async () => {
  await using here = await bench();
  const client = await here.server.connect();
  assertEquals(await ask(client), "one 1");
  const upload = await madeUpload(counterCode("two"));
  const ready = await here.upload(upload);
  assertEquals([ready.status, ready.answer.deployment.name, ready.answer.deployment.state], [
    201,
    upload.name,
    "candidate",
  ]);
  assertEquals(await ask(client), "one 2");
  const again = await here.upload(upload);
  assertEquals([again.status, again.answer.deployment.state], [200, "candidate"]);
  const activated = await here.send("POST", `/deployments/${upload.name}/activate`);
  assertEquals([activated.status, activated.answer.moved, activated.answer.deployment.state], [200, 1, "active"]);
  assertEquals(await ask(client), `two 3 ${upload.name}`);
  const { status, headers, answer } = await here.send("GET", "/deployments");
  assertEquals([status, headers.get("content-type"), headers.get("cache-control")], [
    200,
    "application/json",
    "no-store",
  ]);
  assertEquals(answer.deployments.map(({ name, state, peers }: Record<string, unknown>) => [name, state, peers]), [
    ...[[upload.name, "active", 1], ["one", "kept", 0]],
  ]);
  const back = await here.send("POST", "/rollback");
  assertEquals([back.status, back.answer.deployment.name], [200, "one"]);
  assertEquals(await ask(client), "one 4");
  assertStringIncludes(here.lines.join("\n"), `deployment ${upload.name} is active`);
});

Deno.test("Admin: the metrics, for whoever has either token; the one for them is good for nothing else", async () => {
  await using here = await bench();
  const { status, headers, answer } = await here.send("GET", "/metrics");
  assertEquals([status, headers.get("content-type"), answer], [200, "text/plain", "sockeye_peers 1\n"]);
  assertEquals((await here.send("GET", "/metrics", undefined, { authorization: "Bearer nobody" })).status, 401);
  assertEquals((await here.send("POST", "/metrics")).status, 405);
  const authorization = `Bearer ${METRICS_TOKEN}`;
  const told = async (method: string, path: string) => {
    const { status, answer } = await here.send(method, path, undefined, { authorization });
    return [status, answer.error];
  };
  assertEquals([(await told("GET", "/metrics"))[0], (await told("HEAD", "/metrics"))[0]], [200, 200]);
  assertEquals(await told("PUT", "/metrics"), [405, "PUT is not possible here; allowed: GET, HEAD"]);
  for (const [method, path] of [["GET", "/deployments"], ["POST", "/rollback"], ["POST", "/drain"], ["GET", "/x"]]) {
    assertEquals(await told(method!, path!), [401, "the token is not that of this server (SOCKEYE_DEPLOY_TOKEN)"]);
  }
  assertEquals(here.drains(), 0);
});

Deno.test("Admin: a canary, its promotion, and what is refused meanwhile with 409", async () => {
  await using here = await bench();
  const [two, three] = [await madeUpload(counterCode("two")), await madeUpload(counterCode("three"))];
  for (const upload of [two, three]) await here.upload(upload);
  const canary = await here.send("POST", `/deployments/${two.name}/activate`, { share: 0.1 });
  assertEquals([canary.status, canary.answer.deployment.state, canary.answer.deployment.share], [200, "canary", 0.1]);
  for (const path of [`/deployments/${three.name}/activate`, `/deployments/${three.name}/promote`]) {
    const refused = await here.send("POST", path);
    assertEquals(refused.status, 409, path);
    assert(refused.answer.error.length > 0);
  }
  const promoted = await here.send("POST", `/deployments/${two.name}/promote`, {});
  assertEquals([promoted.status, promoted.answer.deployment.state], [200, "active"]);
  const named = await here.send("POST", "/rollback", { name: "one" });
  assertEquals([named.status, named.answer.deployment.name], [200, "one"]);
});

Deno.test("Admin: a route with peers is taken away only where that is allowed", async () => {
  await using here = await bench();
  const client = await here.server.connect();
  const code = counterCode("two").replace('pattern: "/"', 'pattern: "/other"').replace('"index.ts"', '"other.ts"');
  const table = [{
    pattern: "/other",
    file: "other.ts",
    isWebSocket: true,
    hasUpgrade: false,
    canResume: true,
    methods: [],
    options: {},
  }];
  const upload = await madeUpload(code, { table });
  await here.upload(upload);
  const refused = await here.send("POST", `/deployments/${upload.name}/activate`);
  assertEquals(refused.status, 422);
  assertStringIncludes(refused.answer.error, "no WebSocket route at / (1 peer)");
  assertEquals(await ask(client), "one 1");
  await here.upload(upload);
  const allowed = await here.send("POST", `/deployments/${upload.name}/activate`, { allowRemoval: true });
  assertEquals([allowed.status, allowed.answer.dismissed], [200, 1]);
  assertEquals(await client.ending(), { kind: "close", code: 1012, reason: "service restart" });
});

Deno.test("Admin: an upload that is not ready is 422, and in the list with its reason; uploaded again it is tried again", async () => {
  await using here = await bench();
  const upload = await madeUpload(counterCode("two", `throw new Error("not at home");`));
  for (let count = 0; count < 2; count++) {
    const { status, answer } = await here.upload(upload);
    assertEquals(status, 422);
    assertStringIncludes(answer.error, "not at home");
  }
  const { answer } = await here.send("GET", "/deployments");
  const [, failed] = answer.deployments;
  assertEquals([failed.name, failed.state], [upload.name, "failed"]);
  assertStringIncludes(failed.reason, "not at home");
});

Deno.test("Admin: a deployment that cannot be stored is no candidate, and not to blame: 500", async () => {
  await using here = await bench("", { write: () => Promise.reject(new Error("no space left")) });
  const { status, answer } = await here.upload(await madeUpload(counterCode("two")));
  assertEquals([status, answer.error], [500, "the deployment could not be stored: no space left"]);
  assertEquals((await here.send("GET", "/deployments")).answer.deployments.length, 1);
});

Deno.test("Admin: uploads without the signature that is asked for are 403, and not in the list", async () => {
  const { publicPem, privatePem } = await keyPair();
  await using here = await bench(publicPem);
  const upload = await madeUpload(counterCode("two"));
  assertEquals((await here.upload(upload)).status, 403);
  const other = await sign((await keyPair()).privatePem, upload.manifest);
  assertEquals((await here.upload({ ...upload, signature: other })).status, 403);
  assertEquals((await here.send("GET", "/deployments")).answer.deployments.length, 1);
  assertEquals((await here.upload({ ...upload, signature: await sign(privatePem, upload.manifest) })).status, 201);
});

Deno.test("Admin: what is too long, of another type, or changed on its way is refused, and not in the list", async () => {
  await using here = await bench();
  const upload = await madeUpload(counterCode("two"));
  const long = await madeUpload(counterCode("x".repeat(100_000)));
  const changed = { ...upload, code: new TextEncoder().encode(counterCode("three")) };
  assertEquals((await here.upload(long)).status, 413);
  assertEquals((await here.upload(changed)).status, 400);
  assertEquals((await here.send("POST", "/deployments", { manifest: 1 })).status, 415);
  assertEquals((await here.send("GET", "/deployments")).answer.deployments.length, 1);
});

Deno.test("Admin: POST /drain asks the server to go away", async () => {
  await using here = await bench();
  const { status, answer } = await here.send("POST", "/drain");
  assertEquals([status, answer, here.drains()], [202, { draining: true }, 1]);
});

for (
  const [method, path, status, allow] of [
    ["GET", "/", 404, null],
    ["GET", "/deployments/x", 404, null],
    ["POST", "/deployments/x/activate", 404, null],
    ["POST", "/deployments/..%2F/activate", 404, null],
    ["POST", "/deployments/x/promote", 404, null],
    ["DELETE", "/deployments", 405, "GET, POST"],
    ["constructor", "/deployments", 405, "GET, POST"],
    ["GET", "/rollback", 405, "POST"],
    ["PUT", "/deployments/x/activate", 405, "POST"],
  ] as const
) {
  Deno.test(`Admin answers ${method} ${path} with ${status}`, async () => {
    await using here = await bench();
    const found = await here.send(method, path);
    assertEquals([found.status, found.headers.get("allow"), typeof found.answer.error], [status, allow, "string"]);
  });
}

Deno.test("Admin lets nobody see or do anything without the token, and says with what to come back", async () => {
  await using here = await bench();
  for (
    const [method, path] of [["GET", "/deployments"], ["POST", "/drain"], ["POST", "/rollback"], [
      "GET",
      "/nowhere",
    ]] as const
  ) {
    const { status, headers, answer } = await here.send(method, path, undefined, {
      authorization: "Bearer fedcba9876543210",
    });
    assertEquals([status, headers.get("www-authenticate")], [401, 'Bearer realm="sockeye"'], path);
    assertStringIncludes(answer.error, "SOCKEYE_DEPLOY_TOKEN");
  }
  assertEquals((await here.send("POST", "/drain", undefined, { origin: "http://127.0.0.1:4001" })).status, 403);
  assertEquals(here.drains(), 0);
});

Deno.test("Admin: what it is asked for is an operation each, with what it is about; a refusal ends it as a failure", async () => {
  const tracer = new RecordedTracer();
  await using here = await bench("", undefined, tracer);
  const upload = await madeUpload(counterCode("two"));
  await here.upload(upload);
  const about = `{"deployment":"${upload.name}"}`;
  assertEquals(tracer.told.splice(0), ["upload {", about, "prepare", '{"state":"candidate"}', "}"]);
  await here.send("POST", `/deployments/${upload.name}/activate`, { share: 0.5 });
  await here.send("POST", `/deployments/${upload.name}/promote`);
  await here.send("POST", "/rollback");
  assertEquals(tracer.told.splice(0), ["activate {", "}", "promote {", "}", "rollback {", "}"]);
  await here.send("POST", "/rollback", { name: "nobody" });
  await here.upload(await madeUpload("export const routes = broken;"));
  const [rollback, end, uploading, , prepared, failed] = tracer.told;
  assertEquals([rollback, end], ["rollback {", "} !there is no deployment nobody"]);
  assertEquals([uploading, prepared?.startsWith("prepare !"), failed?.startsWith("} !")], ["upload {", true, true]);
});
