/** Every example of docs/TOPICS.md, and each request of docs/PUSH.md. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createTestServer, type TestServer } from "../../lib/testing/mod.ts";
import { client } from "../gateway/support/client.ts";
import { requires } from "../support/requires.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";

const TOPICS = codeBlocks(await Deno.readTextFile(`${PROJECT}docs/TOPICS.md`));
const PUSH = codeBlocks(await Deno.readTextFile(`${PROJECT}docs/PUSH.md`));

/** A server with the example below a heading, as a file of its own at this path. */
async function serve(file: string, heading: string, part = "") {
  const found = TOPICS.filter((block) => block.heading === heading && block.code.includes(part));
  assertEquals(found.length, 1, `docs/TOPICS.md has ${found.length} examples with "${part}" under "${heading}"`);
  const folder = await Deno.makeTempDir({ prefix: "sockeye-topics-" });
  await Deno.mkdir(`${folder}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(`${folder}/${file}`, found[0]!.code);
  const server = await createTestServer(folder);
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function both(server: TestServer, path: string) {
  return [await server.connect(path), await server.connect(path)] as const;
}

Deno.test("docs/TOPICS.md: what one says the others of its room hear", async () => {
  await using here = await serve("rooms/[room].ts", "Topics");
  const [one, two] = await both(here.server, "/rooms/42");
  one.send("hello");
  assertEquals(await two.receive(), "hello");
  await here.server.settled();
  assertEquals(one.waitingMessages, 0);
});

Deno.test("docs/TOPICS.md: who comes gets the latest of a history", async () => {
  await using here = await serve("scores.ts", "History", "{ last: 10 }");
  for (let score = 0; score < 12; score++) here.server.publish("scores:today", String(score));
  const peer = await here.server.connect("/scores");
  const got = [];
  for (let at = 0; at < 10; at++) got.push(await peer.receive());
  assertEquals([got[0], got[9]], ["2", "11"]);
});

Deno.test("docs/TOPICS.md: who comes back goes on from its position", async () => {
  await using here = await serve("scores.ts", "History", "since, last: 20");
  const first = await here.server.connect("/scores");
  first.send('{"epoch":"none","offset":0}');
  const { recovered, position } = JSON.parse(await first.receive() as string);
  assertEquals(recovered, false);
  here.server.publish("scores:today", "7");
  const back = await here.server.connect("/scores");
  back.send(JSON.stringify(position));
  assertEquals(await back.receive(), "7");
  assertEquals(JSON.parse(await back.receive() as string).recovered, true);
});

Deno.test("docs/TOPICS.md: who is present is told, and what happens", async () => {
  await using here = await serve("rooms/[room].ts", "Presence");
  const one = await here.server.connect("/rooms/1");
  const [member] = JSON.parse(await one.receive() as string);
  assert(Number.isInteger(member.state.joined));
  const two = await here.server.connect("/rooms/1");
  assertEquals(JSON.parse(await one.receive() as string).type, "join");
  assertEquals(JSON.parse(await two.receive() as string).length, 2);
  await two.close();
  const { type, topic } = JSON.parse(await one.receive() as string);
  assertEquals([type, topic], ["leave", "room:1"]);
});

Deno.test("docs/TOPICS.md: a request is answered", async () => {
  await using here = await serve("sum.ts", "Requests");
  const one = await client(here.server, "/sum");
  one.send(["req", 1], "[1, 2, 3]");
  assertEquals(await one.receive(), { header: ["rep", 1], payload: "6" });
});

Deno.test("docs/TOPICS.md: a client is who its token says", async () => {
  await using here = await serve("inbox.ts", "Who a client is");
  const peer = await here.server.connect("/inbox", { headers: { authorization: "Bearer let-me-in" } });
  assertEquals(here.server.connectionCount, 1);
  const stranger = await here.server.connect("/inbox", { headers: { authorization: "Bearer nobody" } });
  assertEquals((await stranger.closed).code, 4403);
  await peer.close();
});

Deno.test({ name: "docs/PUSH.md: each request does what is said of it", ...requires("curl"), fn: push });

async function push(): Promise<void> {
  const token = "0123456789abcdef0123456789abcdef";
  await using server = await startServer({
    args: ["--admin", "127.0.0.1:0"],
    routes: "tests/docs/routes",
    env: { SOCKEYE_PUBLISH_TOKEN: token },
  });
  const [, port] = await server.printed(/admin listener is on port (\d+)/);
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/news`);
  const messages: (string | ArrayBuffer)[] = [];
  const told = Promise.withResolvers<void>();
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => messages.push(data) === 4 && told.resolve();
  await new Promise((resolve) => socket.onopen = resolve);
  const id = await (await server.fetch("/news")).text();
  const lines = PUSH.flatMap(({ code }) => code.replaceAll("\\\n", "").split("\n"));
  const requests = lines.filter((line) => line.startsWith("curl "));
  assertEquals(requests.length, 5);
  await using folder = await pictureFolder();
  for (const line of requests) {
    const command = line.replaceAll("127.0.0.1:4001", `127.0.0.1:${port}`);
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", command.replace(/^curl /, "curl -sS --fail-with-body ")],
      cwd: folder.path,
      env: { SOCKEYE_PUBLISH_TOKEN: token, AUTH: `authorization: Bearer ${token}`, ID: id },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout));
    if (/connections\/\$ID"$/.test(line) && !line.includes("-d")) {
      assertStringIncludes(new TextDecoder().decode(stdout), '"route":"/news"');
    }
  }
  const { code, reason } = await closed;
  assertEquals([code, reason], [4000, "logged out"]);
  assertEquals(messages.map((one) => typeof one === "string" ? one : new Uint8Array(one).length), [
    ...["Hello", 3, 3, "For you alone"],
  ]);
}

async function pictureFolder() {
  const path = await Deno.makeTempDir({ prefix: "sockeye-push-" });
  await Deno.writeFile(`${path}/picture.png`, Uint8Array.of(1, 2, 3));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
