/** `deno task dev` as it is: a route is saved, and open sockets go on with the new code. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { startServer } from "../support/server_process.ts";

const ROUTE = (word: string, imported = "./_greeting.ts") => `
import { defineRoute } from "sockeye";
import { greeting } from "${imported}";
const counts = new Map<string, number>();
export default defineRoute("/count", {
  message(peer) {
    const count = (counts.get(peer.id) ?? 0) + 1;
    counts.set(peer.id, count);
    peer.send(\`${word} \${greeting} \${count} \${peer.deployment}\`);
  },
  suspend: (peer) => counts.get(peer.id),
  resume: (peer, state) => void counts.set(peer.id, state as number),
});
`;

/** A development server with routes of its own, gone after the test. */
async function develop(args: readonly string[] = ["--dev"]) {
  const routes = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-dev-" }));
  const save = (name: string, text: string) => Deno.writeTextFile(`${routes}/${name}`, text);
  await save("count.ts", ROUTE("one"));
  await save("_greeting.ts", 'export const greeting: string = "hello";');
  const server = await startServer({ args: [...args, "--routes", routes], denoFlags: [`--allow-read=.,${routes}`] });
  return {
    server,
    save,
    remove: (name: string) => Deno.remove(`${routes}/${name}`),
    connect: () => RawClient.connect({ port: server.port, path: "/count" }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(routes, { recursive: true });
    },
  };
}

async function ask(client: RawClient): Promise<string> {
  await client.sendText("?");
  const answer = await client.next();
  return answer.kind === "text" ? answer.text : answer.kind;
}

Deno.test("--dev: a saved route, and a saved file that it imports, take the open socket over with its count", async () => {
  await using dev = await develop();
  using client = await dev.connect();
  assertEquals(await ask(client), "one hello 1 local.1");
  await dev.save("count.ts", ROUTE("two"));
  const [line] = await dev.server.printed(/info {2}count\.ts: new code in \d+ ms; 1 peer goes on with it/);
  assertMatch(await ask(client), /^two hello 2 local\.\d+$/);
  await dev.save("_greeting.ts", 'export const greeting: string = "good day";');
  await dev.server.printed(/info {2}_greeting\.ts: new code/, dev.server.output().indexOf(line!));
  assertMatch(await ask(client), /^two good day 3 local\.\d+$/);
});

Deno.test("SIGUSR2: what is in the routes folder takes over in production too; what is wrong there does not", async () => {
  await using dev = await develop([]);
  using client = await dev.connect();
  assertEquals(await ask(client), "one hello 1 local");
  const reload = (from: number, pattern: RegExp) => {
    Deno.kill(dev.server.pid, "SIGUSR2");
    return dev.server.printed(pattern, from);
  };
  await dev.save("count.ts", ROUTE("two"));
  await reload(0, /info {2}SIGUSR2: new code in \d+ ms; 1 peer goes on with it/);
  assertEquals(await ask(client), "two hello 2 local.2");
  const from = dev.server.output().length;
  await dev.remove("count.ts");
  await dev.save("other.ts", ROUTE("other").replace("/count", "/other"));
  await reload(from, /SIGUSR2: the old code goes on:\s+the new code has no WebSocket route at \/count \(1 peer\)/);
  assertEquals(await ask(client), "two hello 3 local.2");
  // What is wrong is for the log: nobody else is shown it, or the server's paths.
  const page = await dev.server.fetch("/count", { headers: { accept: "text/html" } });
  assertEquals([page.status, (await page.text()).includes("old code")], [426, false]);
});

Deno.test("--dev: a syntax error is shown with its place, the old code goes on, and the next save is taken", async () => {
  await using dev = await develop();
  using client = await dev.connect();
  await dev.save("count.ts", `${ROUTE("broken")}\nconst = 1;\n`);
  const [shown] = await dev.server.printed(/count\.ts: the old code goes on:[^]*count\.ts:\d+:\d+/);
  assertEquals(shown.includes("?v="), false, shown);
  assertEquals(await ask(client), "one hello 1 local.1");
  await dev.save("count.ts", ROUTE("mended"));
  await dev.server.printed(/new code in \d+ ms/);
  assertMatch(await ask(client), /^mended hello 2 /);
});

Deno.test("--dev: resume that throws leaves everybody with the old code, and says why", async () => {
  await using dev = await develop();
  using client = await dev.connect();
  assertEquals(await ask(client), "one hello 1 local.1");
  await dev.save(
    "count.ts",
    ROUTE("two").replace(
      "resume: (peer, state) => void",
      "resume() { throw new Error('no way') }, error: (peer, state) => void",
    ),
  );
  await dev.server.printed(/count\.ts: the old code goes on:\s+count\.ts: resume failed for peer \S+: no way/);
  assertEquals(await ask(client), "one hello 2 local.1");
});

Deno.test("--dev: a new file is a new route; one that is removed closes its peers with 1012", async () => {
  await using dev = await develop();
  using client = await dev.connect();
  await dev.save("more.ts", ROUTE("more").replace("/count", "/more"));
  await dev.server.printed(/info {2}more\.ts: new code/);
  using more = await RawClient.connect({ port: dev.server.port, path: "/more" });
  assertMatch(await ask(more), /^more hello 1 /);
  await dev.remove("more.ts");
  await dev.server.printed(
    /info {2}more\.ts: new code in \d+ ms; 1 peer goes on with it, 1 whose route is gone got 1012/,
  );
  assertEquals(await more.next(), { kind: "close", code: 1012, reason: "service restart" });
  assertMatch(await ask(client), /^one hello 1 /);
});
