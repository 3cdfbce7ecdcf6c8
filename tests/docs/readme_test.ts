/**
 * Every example of the README is executed, and its options table is that of the code.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { once } from "node:events";
import NodeWebSocket from "ws";
import { PROJECT, startServer } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";
import { withOptionsTable } from "./options_table.ts";

const README = await Deno.readTextFile(`${PROJECT}README.md`);
const BLOCKS = codeBlocks(README);

/** The one block of a language below a heading that has this text in it. */
function example(heading: string, text = ""): string {
  const found = BLOCKS.filter((block) => block.heading === heading && block.code.includes(text));
  assertEquals(found.length, 1, `README.md has ${found.length} examples with "${text}" under "${heading}"`);
  return found[0]?.code ?? "";
}

/** A folder of its own with these files, gone after the test. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "sockeye-readme-" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A server with these route files. */
async function serve(files: Readonly<Record<string, string>>) {
  const folder = await folderOf(files);
  const server = await startServer({ args: ["--routes", folder.path], denoFlags: [`--allow-read=.,${folder.path}`] });
  return {
    url: server.url,
    fetch: (path: string, init?: RequestInit) => server.fetch(path, init),
    connect: (path: string) => connect(`${server.url.replace("http", "ws")}${path}`),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Deno's own client: messages one after the other. */
function connect(url: string) {
  const socket = new WebSocket(url);
  const messages: unknown[] = [];
  let wake = () => {};
  const ended = new Promise<void>((resolve) => socket.onclose = () => resolve());
  socket.onmessage = (event) => {
    messages.push(event.data);
    wake();
  };
  return {
    opened: new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error(`no socket at ${url}`));
    }),
    send: (text: string) => socket.send(text),
    async receive(): Promise<unknown> {
      while (messages.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return messages.shift();
    },
    async [Symbol.asyncDispose]() {
      if (socket.readyState <= WebSocket.OPEN) socket.close();
      await ended;
    },
  };
}

/** The status line that a handshake is answered with. */
async function handshakeStatus(port: number, path: string, origin?: string): Promise<string> {
  using stream = await Deno.connect({ hostname: "127.0.0.1", port });
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
  ];
  await stream.write(new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"));
  const answer = new Uint8Array(1024);
  const count = await stream.read(answer);
  return new TextDecoder().decode(answer.subarray(0, count ?? 0)).split("\r\n")[0] ?? "";
}

Deno.test("README: compression is agreed on with a client that offers it, from the threshold on", async () => {
  await using server = await serve({ "packed.ts": example("Compression") });
  const socket = new NodeWebSocket(`${server.url.replace("http", "ws")}/packed`);
  await once(socket, "open");
  assertStringIncludes(socket.extensions, "permessage-deflate");
  for (const text of ["x".repeat(511), "x".repeat(512)]) {
    socket.send(text);
    const [message] = await once(socket, "message");
    assertEquals(String(message), text);
  }
  socket.close();
  await once(socket, "close");
});

Deno.test("README: the options table is that of the code (write it with `deno task docs:options`)", () => {
  assertEquals(withOptionsTable(README), README);
});

Deno.test("README: the two commands are the ones that a fresh clone is tested with", () => {
  const commands = example("Start", "npx").split("\n").map((line) => line.split("#")[0]?.trim());
  assertEquals(commands.slice(0, 2), ["npx -y deno task start", "npx -y deno task test"]);
});

Deno.test("README: the picture of the page is there", async () => {
  const [, path] = /!\[[^\]]+\]\(([^)]+)\)/.exec(README) ?? [];
  const picture = await Deno.readFile(`${PROJECT}${path}`);
  assertEquals(new TextDecoder().decode(picture.subarray(1, 4)), "PNG");
});

Deno.test("README: links inside the project lead somewhere", async () => {
  const links = [...README.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path ?? "");
  assert(links.length > 3);
  for (const path of links) await Deno.stat(`${PROJECT}${path}`);
});

Deno.test("README: the classic snippet talks to a fresh start", async () => {
  const snippet = example("Start", "var ws");
  await using server = await startServer();
  const lines: unknown[] = [];
  const { promise: twice, resolve } = Promise.withResolvers<void>();
  const log = (line: unknown) => {
    if (lines.push(line) === 2) resolve();
  };
  const code = snippet.replace("ws://127.0.0.1:4000", server.url.replace("http", "ws")) + "\nreturn ws;";
  const socket: WebSocket = new Function("console", code)({ log });
  await twice;
  const ended = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await ended;
  assertMatch(String(lines[0]), /sockeye/i);
  assertStringIncludes(String(lines[1]), "5");
});

Deno.test("README: the route in ten lines greets by its parameter and answers", async () => {
  await using server = await serve({ "hello/[name].ts": example("A route in ten lines", '"/hello/[name]"') });
  await using peer = connect(`${server.url.replace("http", "ws")}/hello/Ada`);
  await peer.opened;
  assertEquals(await peer.receive(), "Hello, Ada!");
  peer.send("louder");
  assertEquals(await peer.receive(), "LOUDER");
});

Deno.test("README: chat in a topic and two lines", async () => {
  await using server = await serve({ "chat.ts": example("A route in ten lines", '"lobby"') });
  await using one = server.connect("/chat");
  await using two = server.connect("/chat");
  await Promise.all([one.opened, two.opened]);
  one.send("anyone?");
  assertEquals(await two.receive(), "anyone?");
});

Deno.test("README: a route that pushes, and takes webhooks", async () => {
  await using server = await serve({ "news.ts": example("A route in ten lines", '"news"') });
  await using peer = server.connect("/news");
  await peer.opened;
  const response = await server.fetch("/news", { method: "POST", body: "extra, extra" });
  assertEquals(response.status, 204);
  let message = await peer.receive();
  while (message !== "extra, extra") {
    assertMatch(String(message), /^\d{4}-\d\d-\d\dT/);
    message = await peer.receive();
  }
});

Deno.test("README: upgrade lets in whom it knows, and context stays", async () => {
  await using server = await serve({ "door.ts": example("Who may come in", "USERS") });
  await using peer = server.connect("/door?ticket=let-me-in");
  await peer.opened;
  assertEquals(await peer.receive(), "Welcome, Ada.");
  assertMatch(await handshakeStatus(Number(new URL(server.url).port), "/door"), /^HTTP\/1\.1 401 /);
});

for (const [what, text] of [["a route", "shout answers"], ["a swap", "server.swap"]] as const) {
  Deno.test(`README: the test of ${what} passes`, async () => {
    await using folder = await folderOf({ "route_test.ts": example("Tests for your routes", text) });
    const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-prompt", `--config=${PROJECT}deno.json`, `${folder.path}/route_test.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert(success, output);
    assertStringIncludes(output, "1 passed");
  });
}

Deno.test("README: the config file is read from the working directory", async () => {
  await using folder = await folderOf({
    "sockeye.config.ts": example("Options", "sockeye.config.ts"),
    "routes/index.ts": "export default { open() {} };\n",
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net",
      `--allow-read=${PROJECT},${folder.path}`,
      "--allow-env",
      `${PROJECT}main.ts`,
      "--port=0",
      "--host=127.0.0.1",
    ],
    cwd: folder.path,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  for (let piece = await reader.read(); !piece.done && !printed.includes("Ctrl+C"); piece = await reader.read()) {
    printed += piece.value;
    if (printed.includes("Ctrl+C")) break;
  }
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]);
  assertMatch(await handshakeStatus(port, "/", "https://app.example.com"), /^HTTP\/1\.1 101 /);
  assertMatch(await handshakeStatus(port, "/", "https://elsewhere.example.com"), /^HTTP\/1\.1 403 /);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
});

Deno.test("README: routes elsewhere need the permission that it names", async () => {
  const command = example("A project of your own", "--routes").trim();
  assertMatch(command, /^npx -y deno run --allow-net --allow-read=\.,\S+ --allow-env main\.ts --routes \S+$/);
  await using folder = await folderOf({ "routes/here.ts": 'export const get = () => new Response("here");\n' });
  await using server = await startServer({
    args: ["--routes", `${folder.path}/routes`],
    denoFlags: [`--allow-read=.,${folder.path}`],
  });
  assertEquals(await (await server.fetch("/here")).text(), "here");
});
