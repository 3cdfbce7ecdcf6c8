/** Deployments of running servers, by the commands as they are: sockets stay, and what fails changes nothing. @module */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeUpload } from "../../lib/deploy/upload.ts";
import { ask } from "../support/deployed_gateway.ts";
import { admin, command, counterRoute, type DeployServer, states, TOKEN, Workshop } from "../support/deploy_server.ts";
import { runServer } from "../support/server_process.ts";
import { counterCode, keyPair, madeUpload } from "../deploy/support/made_upload.ts";

/** `deno task deploy`, which says the name. */
async function deploy(routes: string, servers: readonly DeployServer[], ...args: readonly string[]) {
  const to = servers.flatMap(({ admin }) => ["--to", admin]);
  const { code, output } = await command("deploy", ["--routes", routes, ...to, ...args]);
  return { code, output, name: /^deployment (\w+):/m.exec(output)?.[1] ?? "" };
}

Deno.test("deploy and rollback: twenty sockets stay open, each with its count; the list says what happened", async () => {
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }));
  const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
  for (const client of clients) assertEquals(await ask(client), "one 1");
  const { code, output, name } = await deploy(await here.routes("two", { "index.ts": counterRoute("two") }), [server]);
  assertEquals(code, 0, output);
  assertStringIncludes(output, `${server.admin}: ready (candidate)\n`);
  assertStringIncludes(output, `${server.admin}: ${name} is active; 20 peers go on with it\n`);
  for (const client of clients) assertEquals(await ask(client), "two 2");
  const again = await deploy(here.path("two"), [server]);
  assertEquals([again.code, again.name], [0, name]);
  assertStringIncludes(again.output, `${name} serves already`);
  const back = await command("rollback", ["--to", server.admin]);
  assertEquals([back.code, back.output], [0, `${server.admin}: local is active; 20 peers go on with it\n`]);
  for (const client of clients) assertEquals(await ask(client), "one 3");
  const forth = await command("rollback", ["--to", server.admin, name]);
  assertEquals(forth.code, 0, forth.output);
  for (const client of clients) assertEquals(await ask(client), "two 4");
  const listed = await command("deployments", ["--to", server.admin]);
  assertMatch(listed.output, new RegExp(`${name} +active +20 .*\\n +local +kept +0 `));
});

Deno.test("rollback: an uploaded deployment begins anew, what was in the routes folder goes on with its variables", async () => {
  await using here = await Workshop.open();
  const counting = (word: string) =>
    `let starts = 0;\n${counterRoute(word, "start() { starts++ },")}`.replace('" + counts.get(peer.id)', '" + starts');
  const server = await here.serve(await here.routes("one", { "index.ts": counting("one") }));
  const client = await server.connect();
  assertEquals(await ask(client), "one 1");
  // What is in the folder later is not what served.
  const { code } = await deploy(await here.routes("two", { "index.ts": counting("two") }), [server]);
  await here.routes("one", { "index.ts": counting("changed") });
  assertEquals([code, await ask(client)], [0, "two 1"]);
  for (const expected of ["one 2", "two 1", "one 3"]) {
    assertEquals((await admin(server, "POST", "/rollback")).status, 200);
    assertEquals(await ask(client), expected);
  }
});

Deno.test("deploy --canary moves a share, promote the others; the share of new sockets is the same", async () => {
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }));
  const clients = await Promise.all(Array.from({ length: 60 }, () => server.connect()));
  const two = await here.routes("two", { "index.ts": counterRoute("two") });
  const { code, output, name } = await deploy(two, [server], "--canary", "40");
  assertEquals(code, 0, output);
  const moved = Number(/is a canary for 40 % of the peers; (\d+) peers/.exec(output)?.[1]);
  assert(moved > 5 && moved < 45, output);
  const words = async () => (await Promise.all(clients.map(ask))).map((answer) => answer.split(" ")[0]);
  const first = await words();
  assertEquals(first.filter((word) => word === "two").length, moved);
  assertEquals(await words(), first);
  assertEquals(await states(server), [`${name} canary`, "local active"]);
  const promoted = await command("promote", [name, "--to", server.admin]);
  assertEquals(promoted.output, `${server.admin}: ${name} is active; ${60 - moved} peers go on with it\n`);
  assertEquals(await Promise.all(clients.map(ask)), clients.map(() => "two 3"));
});

Deno.test("deploy --canary and rollback: everybody is back where they were", async () => {
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }));
  const clients = await Promise.all(Array.from({ length: 30 }, () => server.connect()));
  const broken = counterRoute("two", "drain() {},").replace(
    "suspend: (peer) =>",
    "suspend: (peer) => { throw new Error('no') }, error: (peer) =>",
  );
  const { code, output, name } = await deploy(
    await here.routes("two", { "index.ts": broken }),
    [server],
    "--canary=50",
  );
  assertEquals(code, 0, output);
  assertEquals((await command("rollback", ["--to", server.admin])).code, 0);
  assertEquals(new Set((await Promise.all(clients.map(ask))).map((answer) => answer.split(" ")[0])), new Set(["one"]));
  assertEquals(await states(server), ["local active", `${name} candidate`]);
});

Deno.test("deploy with a wrong token changes nothing, and says so", async () => {
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }));
  const { code, output } = await command(
    "deploy",
    ["--routes", here.path("one"), "--to", server.admin],
    "another-token-of-16",
  );
  assertEquals(code, 1);
  assertStringIncludes(output, "not ready: 401: the token is not that of this server");
  assertStringIncludes(output, "was activated nowhere");
  assertEquals(await states(server), ["local active"]);
});

/** Sends this to the admin port, cuts the connection where that is asked for, and returns the answer. */
async function raw({ adminPort }: DeployServer, parts: readonly Uint8Array[], isCut = false): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: adminPort });
  for (const part of parts) {
    for (let at = 0; at < part.length;) at += await connection.write(part.subarray(at));
  }
  if (isCut) return "";
  let answer = "";
  const buffer = new Uint8Array(4096);
  for (let count = 0; !answer.endsWith("}"); answer += new TextDecoder().decode(buffer.subarray(0, count))) {
    const read = await connection.read(buffer);
    if (read === null) break;
    count = read;
  }
  return answer;
}

function head(...lines: readonly string[]): Uint8Array {
  const fields = ["POST /deployments HTTP/1.1", "Host: 127.0.0.1", `Authorization: Bearer ${TOKEN}`, ...lines];
  return new TextEncoder().encode(`${fields.join("\r\n")}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n`);
}

Deno.test("uploads that are too long, cut off, changed or nothing at all leave no trace, and the next one is taken", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const store = here.store("store");
  const server = await here.serve(routes, { ...store, args: [...store.args, "--max-deployment-bytes", "100KiB"] });
  const client = await server.connect();
  const announced = await raw(server, [head("Content-Length: 1000000000")]);
  assertMatch(announced, /^HTTP\/1\.1 413 [^]*--max-deployment-bytes/);
  const chunk = new TextEncoder().encode(`4000\r\n${"x".repeat(0x4000)}\r\n`);
  assertMatch(await raw(server, [head("Transfer-Encoding: chunked"), ...Array(8).fill(chunk)]), /^HTTP\/1\.1 413 /);
  const upload = await madeUpload(counterCode("two"));
  const form = new Uint8Array(await new Response(encodeUpload(upload)).arrayBuffer());
  await raw(server, [head(`Content-Length: ${form.length}`), form.subarray(0, form.length >> 1)], true);
  const changed = { ...upload, code: new TextEncoder().encode(counterCode("six")) };
  const refused = await admin(server, "POST", "/deployments", encodeUpload(changed));
  assertEquals(refused.status, 400);
  assertStringIncludes(refused.answer.error, "with the SHA-256");
  assertEquals(await states(server), ["local active"]);
  assertEquals(await Array.fromAsync(Deno.readDir(`${here.path("store")}/objects`)), []);
  assertEquals(await ask(client), "one 1");
  assertEquals((await admin(server, "POST", "/deployments", encodeUpload(upload))).status, 201);
  assertEquals((await admin(server, "POST", `/deployments/${upload.name}/activate`, {})).status, 200);
  assertEquals(await ask(client), `two 2 ${upload.name}`);
});

Deno.test("deploy --sign: a server with a key takes what is signed for it, and nothing else", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const [ours, theirs] = [await keyPair(), await keyPair()];
  await Deno.writeTextFile(here.path("ours.key"), ours.privatePem);
  await Deno.writeTextFile(here.path("theirs.key"), theirs.privatePem);
  const server = await here.serve(routes, { env: { SOCKEYE_DEPLOY_KEY: ours.publicPem } });
  const unsigned = await deploy(routes, [server]);
  assertEquals(unsigned.code, 1);
  assertStringIncludes(unsigned.output, "not ready: 403: this server takes signed deployments only");
  const wrong = await deploy(routes, [server], "--sign", here.path("theirs.key"));
  assertStringIncludes(wrong.output, "not ready: 403: the signature is not by the key of this server");
  assertEquals(await states(server), ["local active"]);
  const signed = await deploy(routes, [server], "--sign", here.path("ours.key"));
  assertEquals(signed.code, 0, signed.output);
  assertEquals(await states(server), [`${signed.name} active`, "local kept"]);
});

Deno.test("two servers, one of which cannot become ready: neither is activated", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const servers = [await here.serve(routes), await here.serve(routes, { args: ["--max-deployment-bytes", "1KiB"] })];
  const clients = await Promise.all(servers.map((server) => server.connect()));
  const { code, output, name } = await deploy(await here.routes("two", { "index.ts": counterRoute("two") }), servers);
  assertEquals(code, 1);
  assertStringIncludes(output, `${servers[0]!.admin}: ready (candidate)`);
  assertStringIncludes(output, `${servers[1]!.admin}: not ready: 413: `);
  assertStringIncludes(output, `${name} was activated nowhere: what served before goes on`);
  assertEquals(await Promise.all(clients.map(ask)), ["one 1", "one 1"]);
  assertEquals(await states(servers[0]!), ["local active", `${name} candidate`]);
});

Deno.test("two servers, one of which cannot start it: the other goes back, and each one's state is said", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const servers = [await here.serve(routes), await here.serve(routes, { env: { SOCKEYE_TEST_BROKEN: "1" } })];
  const clients = await Promise.all(servers.map((server) => server.connect()));
  const start = `start() { if (Deno.env.get("SOCKEYE_TEST_BROKEN")) throw new Error("no database") },`;
  const two = await here.routes("two", { "index.ts": counterRoute("two", start) });
  const { code, output, name } = await deploy(two, servers);
  assertEquals(code, 1);
  const [first, second] = servers.map(({ admin }) => admin);
  assertEquals(output.slice(output.indexOf(`${first}: ${name}`)).trimEnd().split("\n"), [
    `${first}: ${name} is active; 1 peer goes on with it`,
    `${second}: not activated: 422: index.ts: start failed: no database`,
    `${first}: rolled back: local is active; 1 peer goes on with it`,
    "what serves now:",
    `  ${first}: local (active)`,
    `  ${second}: local (active)`,
  ]);
  assertEquals(await Promise.all(clients.map(ask)), ["one 1", "one 1"]);
});

Deno.test("--data-dir: what was deployed, and what it replaced, is there after a restart", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const store = here.store("store");
  const first = await here.serve(routes, store);
  const two = await deploy(await here.routes("two", { "index.ts": counterRoute("two") }), [first]);
  const three = await deploy(await here.routes("three", { "index.ts": counterRoute("three") }), [first]);
  assertEquals([two.code, three.code], [0, 0]);
  const { headers: _, ...drained } = await admin(first, "POST", "/drain");
  assertEquals(drained, { status: 202, answer: { draining: true } });
  assertEquals((await first.process.exited()).code, 0);
  const second = await here.serve(routes, store);
  const client = await second.connect();
  assertEquals(await ask(client), "three 1");
  assertEquals(await states(second), [`${three.name} active`, `${two.name} kept`, "local kept"]);
  assertEquals((await command("rollback", ["--to", second.admin])).code, 0);
  assertEquals(await ask(client), "two 2");
  assertEquals((await command("rollback", ["--to", second.admin, "local"])).code, 0);
  assertEquals(await ask(client), "one 3");
  await client.close();
  second.process.kill("SIGTERM");
  assertEquals((await second.process.exited()).code, 0);
  const third = await here.serve(routes, store);
  assertEquals(await ask(await third.connect()), "one 1");
});

Deno.test("--data-dir: what ends the server within 60 s of beginning to serve is skipped at the next start", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const store = here.store("store");
  const first = await here.serve(routes, store);
  const two = await deploy(await here.routes("two", { "index.ts": counterRoute("two") }), [first]);
  const deadly = counterRoute("three", "open() { Deno.exit(9) },");
  const three = await deploy(await here.routes("three", { "index.ts": deadly }), [first]);
  assertEquals([two.code, three.code], [0, 0]);
  await first.connect().catch(() => {}); // Nobody answers.
  assertEquals((await first.process.exited()).code, 9);
  const second = await here.serve(routes, store);
  assertMatch(
    second.process.output(),
    new RegExp(`the stored deployment ${three.name} is skipped reason="the server ended`),
  );
  const client = await second.connect();
  assertEquals(await ask(client), "two 1");
  await client.close();
  assertEquals(await states(second), [`${two.name} active`, `${three.name} candidate`, "local kept"]);
  // Nor is it tried again at the start after that.
  second.process.kill("SIGTERM");
  await second.process.exited();
  const third = await here.serve(routes, store);
  assertEquals(await states(third), [`${two.name} active`, `${three.name} candidate`, "local kept"]);
});

Deno.test("--data-dir: an address that is in use is no fault of the deployment", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const store = here.store("store");
  const first = await here.serve(routes, store);
  const two = await deploy(await here.routes("two", { "index.ts": counterRoute("two") }), [first]);
  first.process.kill("SIGTERM");
  await first.process.exited();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  for (const args of [["--port", String(port)], ["--admin", `127.0.0.1:${port}`]]) {
    const { code, output } = await runServer({
      args: ["--routes", routes, ...store.args, ...args],
      env: { SOCKEYE_DEPLOY_TOKEN: TOKEN },
      denoFlags: [...store.denoFlags, `--allow-read=.,${here.path("")}`],
    });
    assertEquals([code, output.includes("in use")], [1, true], output);
  }
  assertEquals(await states(await here.serve(routes, store)), [`${two.name} active`, "local kept"]);
});

Deno.test("code that ends its process when it is loaded ends that of a server without --allow-run, and no other", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const upload = await madeUpload(counterCode("two", "Deno.exit(9);"));
  const careful = await here.serve(routes, { denoFlags: [`--allow-run=${Deno.execPath()}`] });
  const { status, answer } = await admin(careful, "POST", "/deployments", encodeUpload(upload));
  assertEquals([status, answer.error], [422, "loading the code ended the process with 9"]);
  assertEquals(await ask(await careful.connect()), "one 1");
  const plain = await here.serve(routes);
  await admin(plain, "POST", "/deployments", encodeUpload(upload)).catch(() => {}); // Nobody answers.
  assertEquals((await plain.process.exited()).code, 9);
});

Deno.test("code that is never loaded is not waited for longer than swapTimeoutMs, and the server goes on", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const server = await here.serve(routes, { args: ["--swap-timeout-ms", "300ms"] });
  const upload = await madeUpload(counterCode("two", "await new Promise(() => {});"));
  const { status, answer } = await admin(server, "POST", "/deployments", encodeUpload(upload));
  assertEquals([status, answer.error], [422, "loading the code took longer than 300 ms"]);
  assertEquals(await ask(await server.connect()), "one 1");
});

Deno.test("the admin listener: off without a token; a token that could be guessed, or a folder that may not be written, is an error", async () => {
  await using here = await Workshop.open();
  const routes = await here.routes("one", { "index.ts": counterRoute("one") });
  const start = (args: readonly string[], env: Record<string, string>) =>
    runServer({ args: ["--routes", routes, ...args], env, denoFlags: [`--allow-read=.,${here.path("")}`] });
  const short = await start([], { SOCKEYE_DEPLOY_TOKEN: "secret" });
  assertEquals(short.code, 1);
  assertStringIncludes(short.output, "sockeye cannot start: SOCKEYE_DEPLOY_TOKEN has 6 characters");
  const unwritable = await start(["--data-dir", here.path("store")], { SOCKEYE_DEPLOY_TOKEN: TOKEN });
  assertEquals(unwritable.code, 1);
  assertStringIncludes(
    unwritable.output,
    `needs --allow-read=${here.path("store")} --allow-write=${here.path("store")}`,
  );
  const checked = await start(["--check"], { SOCKEYE_DEPLOY_TOKEN: TOKEN });
  assertEquals([checked.code, checked.output.includes(TOKEN)], [0, false]);
});
