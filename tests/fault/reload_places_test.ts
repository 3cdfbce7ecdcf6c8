/** `deno task dev` with code in a worker, or in a process: a route is saved, and open sockets go on with the new code. @module */
import { assertEquals, assertMatch } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { RawClient } from "../support/raw_client.ts";
import { PROJECT, runServer, startServer } from "../support/server_process.ts";
import { parseTask } from "../support/start_task.ts";

const ROUTE = (word: string) => `
import { defineRoute } from "sockeye";
import { greeting } from "./_greeting.ts";
interface Counted { readonly count: number }
const counts = new Map<string, Counted>();
export default defineRoute("/count", {
  message(peer, message) {
    if (message.text() === "fail") throw new TypeError("on purpose");
    const count = (counts.get(peer.id)?.count ?? 0) + 1;
    counts.set(peer.id, { count });
    peer.send(\`${word} \${greeting} \${count} \${peer.deployment}\`);
  },
  suspend: (peer) => counts.get(peer.id),
  resume: (peer, state) => void counts.set(peer.id, state as Counted),
});
`;

/** A folder whose configuration puts its route somewhere else, and what a development server of it is started with. */
async function folderOf(kind: "worker" | "process", route: string) {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-dev-" }));
  await Deno.mkdir(`${folder}/routes`);
  const save = (name: string, text: string) => Deno.writeTextFile(`${folder}/routes/${name}`, text);
  await save("count.ts", route);
  await save("inline.ts", "export default { message: (peer) => peer.send(peer.deployment) };");
  await save("_greeting.ts", 'export const greeting: string = "hello";');
  await Deno.writeTextFile(`${folder}/sockeye.config.ts`, `export default { runtimes: { "/count": "${kind}" } };`);
  const { dev, "start:plugins": plugins } = denoConfig.tasks;
  const task = parseTask((kind === "worker" ? dev : plugins).command);
  const denoFlags = kind === "worker" ? [`--allow-read=${PROJECT}`] : [];
  return {
    save,
    setting: { folder, task, args: ["--dev"], denoFlags },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** The server, gone after the test. */
async function develop(kind: "worker" | "process") {
  const { save, setting, [Symbol.asyncDispose]: remove } = await folderOf(kind, ROUTE("one"));
  const server = await startServer(setting);
  return {
    server,
    save,
    connect: (path = "/count") => RawClient.connect({ port: server.port, path }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await remove();
    },
  };
}

async function ask(client: RawClient): Promise<string> {
  await client.sendText("?");
  const answer = await client.nextButPings();
  return answer.kind === "text" ? answer.text : answer.kind;
}

for (const kind of ["worker", "process"] as const) {
  Deno.test(`--dev: a saved route in a ${kind}, and a saved file that it imports, take the open socket over with its count`, async () => {
    await using dev = await develop(kind);
    using client = await dev.connect();
    using other = await dev.connect("/inline");
    assertEquals([await ask(client), await ask(other)], ["one hello 1 local.1", "local.1"]);
    await dev.save("count.ts", ROUTE("two"));
    const [line] = await dev.server.printed(/info {2}count\.ts: new code in \d+ ms; 2 peers go on with it/);
    assertMatch(await ask(client), /^two hello 2 local\.\d+$/);
    assertMatch(await ask(other), /^local\.[2-9]\d*$/);
    await dev.save("_greeting.ts", 'export const greeting: string = "good day";');
    await dev.server.printed(/info {2}_greeting\.ts: new code/, dev.server.output().indexOf(line));
    assertMatch(await ask(client), /^two good day 3 local\.\d+$/);
  });

  Deno.test(`--dev: a syntax error in a route in a ${kind} is shown with its place, and the old code goes on`, async () => {
    await using dev = await develop(kind);
    using client = await dev.connect();
    await dev.save("count.ts", `${ROUTE("broken")}\nconst = 1;\n`);
    const [shown] = await dev.server.printed(/count\.ts: the old code goes on:[^]*count\.ts:\d+:\d+/);
    assertEquals(shown.includes("?v="), false, shown);
    assertEquals(await ask(client), "one hello 1 local.1");
    const page = await dev.server.fetch("/inline", { headers: { accept: "text/html" } });
    assertMatch(await page.text(), /count\.ts:\d+:\d+/);
    await dev.save("count.ts", ROUTE("mended"));
    await dev.server.printed(/new code in \d+ ms/);
    assertMatch(await ask(client), /^mended hello 2 /);
  });

  Deno.test(`a syntax error in a route in a ${kind} is a reason not to start, and told with its place`, async () => {
    await using folder = await folderOf(kind, `${ROUTE("broken")}\nconst = 1;\n`);
    const { code, output } = await runServer(folder.setting);
    assertMatch(output, /^sockeye cannot start: [^]*routes\/count\.ts:17:7\b/);
    assertEquals([code, output.includes("code_runtimes.ts")], [1, false], output);
  });

  Deno.test(`--dev: an error of a handler in a ${kind} is told with its place in the source`, async () => {
    await using dev = await develop(kind);
    using client = await dev.connect();
    await client.sendText("fail");
    await dev.server.printed(/TypeError: on purpose\s+at Object\.message \(file:\S+\/routes\/count\.ts:8:42\)/);
    assertEquals(await client.nextButPings(), { kind: "close", code: 1011, reason: "internal error" });
  });
}
