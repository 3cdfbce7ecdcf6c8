/** A newcomer's story: copy the project, drop a file into routes/, start, talk to it. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { EXAMPLE_ROUTE } from "../../routes/_page/markup.ts";
import { PROJECT } from "../support/server_process.ts";

/** What of the project runs; the rest is tests and documents. */
const PARTS = ["main.ts", "deno.json", "deno.lock", "lib", "routes"] as const;

/** So long a start may take. */
const DEADLINE_MS = 60_000;

Deno.test("a file dropped into routes/ of a copy of the project is a WebSocket at its path", async () => {
  await using project = await copyOfProject();
  await Deno.writeTextFile(`${project.path}/routes/hello.ts`, EXAMPLE_ROUTE);
  await using server = await startTask(project.path);
  assertStringIncludes(server.table, "hello.ts");
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/hello`);
  const received: string[] = [];
  const answered = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    received.push(data);
    if (received.length === 1) socket.send("I am new");
    else answered.resolve();
  };
  socket.onclose = () => answered.reject(new Error("closed before it answered"));
  await answered.promise;
  assertEquals(received, ["Hello! Say something.", "You said: I am new"]);
  await closed(socket);
});

Deno.test("a folder of routes elsewhere is served with --routes and the one flag the error names", async () => {
  await using project = await copyOfProject();
  const elsewhere = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${elsewhere}/hello.ts`, EXAMPLE_ROUTE);
    await using server = await startTask(project.path, [`--allow-read=.,${elsewhere}`], ["--routes", elsewhere]);
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/hello`);
    const first = await new Promise<string>((resolve) => socket.onmessage = ({ data }) => resolve(data));
    assertEquals(first, "Hello! Say something.");
    await closed(socket);
  } finally {
    await Deno.remove(elsewhere, { recursive: true });
  }
});

async function copyOfProject(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  for (const part of PARTS) await copy(`${PROJECT}${part}`, `${path}/${part}`);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

interface Started extends AsyncDisposable {
  readonly port: number;
  /** What it printed up to its address, and the route table after it. */
  readonly table: string;
}

/** What `deno task start` does, in a folder of its own, on a free port. */
async function startTask(
  cwd: string,
  denoFlags: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Started> {
  const config = JSON.parse(await Deno.readTextFile(`${cwd}/deno.json`));
  const words = [...config.tasks.start.command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const flags = words.slice(words.indexOf("deno") + 1, -1)
    .filter((flag) => !denoFlags.some((own) => own.split("=")[0] === flag.split("=")[0]));
  const child = new Deno.Command(Deno.execPath(), {
    args: [...flags, ...denoFlags, "main.ts", "--port", "0", ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // deadline: a server that never says where it listens is ended, which ends what it prints
  const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let table = "";
  while (!table.includes("stop it:")) {
    const { value, done } = await output.read();
    if (done) break;
    table += value;
  }
  clearTimeout(deadline);
  const port = Number(/listens on http:\/\/[^\s:]+:(\d+)/.exec(table)?.[1]);
  return {
    port,
    table,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await output.cancel();
    },
  };
}

async function closed(socket: WebSocket): Promise<void> {
  const end = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await end;
}
