/** Starts that cannot succeed: what is wrong, where, and what to do; and the exit code. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { libcPaths } from "../../lib/gateway/epoll/libc.ts";
import { RawClient } from "../support/raw_client.ts";
import { runServer, type ServerSetting, startServer } from "../support/server_process.ts";

const CANNOT_START = 1;
const WRONG_OPTION = 2;

async function assertStartFails(setting: ServerSetting, code: number, ...words: readonly string[]): Promise<void> {
  const run = await runServer(setting);
  assertEquals(run.code, code, run.output);
  for (const word of words) assertStringIncludes(run.output, word);
  assert(run.output.startsWith("sockeye cannot start: "), run.output);
  // A stack is for a bug, and this is none.
  assert(!/^\s+at .*lib\/gateway/m.test(run.output), run.output);
}

/** A folder outside the project with these files. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-routes-" });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  return folder;
}

Deno.test("a port in use is named, with what to do about it", async () => {
  await using server = await startServer();
  const port = String(server.port);
  await assertStartFails({ args: ["--port", port] }, CANNOT_START, `port ${port} is in use`, "--port");
});

Deno.test({
  name: "without its permission --transport=epoll says which flag is missing, and Deno's own sockets serve",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // Without the paths it would not take away what a task grants for them.
    const denied = `--deny-ffi=${libcPaths(Deno.build).join(",")}`;
    await using server = await startServer({ args: ["--transport", "epoll"], denoFlags: [denied] });
    await server.printed(
      /^\S+Z warn {2}--transport=epoll: it needs the flag --allow-ffi=\/lib\S+ .*; going on with --transport=deno$/m,
    );
    assert(!server.output().includes("over epoll"), server.output());
    assertEquals(await (await server.fetch("/health")).text(), "ok\n");
  },
});

Deno.test({
  name: "with its permission --transport=epoll serves, and says so",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = await startServer({
      args: ["--transport", "epoll"],
      denoFlags: [`--allow-ffi=${libcPaths(Deno.build).join(",")}`],
    });
    assertStringIncludes(server.output(), `http://127.0.0.1:${server.port} (127.0.0.1) over epoll`);
    assert(!server.output().includes("warn"), server.output());
    using client = await RawClient.connect({ port: server.port });
    await client.sendText("hello");
    assertEquals(await client.next(), { kind: "text", text: "hello" });
  },
});

const WRONG: ReadonlyArray<readonly [name: string, args: readonly string[], words: readonly string[]]> = [
  ["an unknown flag", ["--prot", "4000"], ["--prot: unknown flag", "did you mean --port?"]],
  ["a word that is no flag", ["4000"], ["4000", "not a flag"]],
  ["a flag without its value", ["--max-connections"], ["--max-connections: needs a value"]],
  ["a port that is none", ["--port", "70000"], ["--port", "70000", "65535"]],
  ["a size that is none", ["--max-message-bytes", "lots"], ["--max-message-bytes", "lots"]],
  ["a value out of range", ["--max-connections", "0"], ["--max-connections", "0"]],
  ["two limits in the wrong order", ["--high-water-bytes", "2MiB"], ["highWaterBytes 2MiB", "maxBufferedBytes"]],
];

for (const [name, args, words] of WRONG) {
  Deno.test(`${name} ends the start with ${WRONG_OPTION} and says so`, async () => {
    await assertStartFails({ args }, WRONG_OPTION, ...words);
  });
}

Deno.test("a wrong option in the environment is named as such", async () => {
  await assertStartFails(
    { env: { SOCKEYE_MAX_CONNECTIONS: "many" } },
    WRONG_OPTION,
    "SOCKEYE_MAX_CONNECTIONS",
    "many",
  );
});

Deno.test("a routes folder that is not there is named", async () => {
  await assertStartFails({ routes: "no/such/routes" }, CANNOT_START, "no/such/routes", "does not exist");
});

Deno.test("a routes folder elsewhere without permission names the flag to give", async () => {
  const folder = await folderOf({ "index.ts": "export default { open() {} };\n" });
  try {
    await assertStartFails({ routes: folder }, CANNOT_START, folder, `--allow-read=`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const BROKEN = {
  "syntax.ts": "export default {\n",
  "throws.ts": 'throw new Error("no database");\n',
  "empty.ts": "export const nothing = 1;\n",
  "typo.ts": "export default { mesage() {} };\n",
  "place.ts": 'import { defineRoute } from "sockeye";\nexport default defineRoute("/elsewhere", { open() {} });\n',
  "fine.ts": "export default { open() {} };\n",
} as const;

Deno.test("every broken route file is named at once, with what is wrong with it", async () => {
  const folder = await folderOf(BROKEN);
  try {
    const { code, output } = await runServer({ routes: folder, denoFlags: [`--allow-read=${folder}`] });
    assertEquals(code, CANNOT_START, output);
    for (const file of Object.keys(BROKEN)) {
      assertEquals(output.includes(file), file !== "fine.ts", `${file}: ${output}`);
    }
    for (const words of ["no database", "mesage", "/elsewhere"]) assertStringIncludes(output, words);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a route whose start fails ends the start and is named", async () => {
  const folder = await folderOf({
    "feed.ts": 'export default { start() { throw new Error("no feed"); }, open() {} };\n',
  });
  try {
    const setting = { routes: folder, denoFlags: [`--allow-read=${folder}`] };
    await assertStartFails(setting, CANNOT_START, "feed.ts", "no feed");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a routes folder elsewhere is served when it may be read", async () => {
  const folder = await folderOf({
    "index.ts": 'import { defineRoute } from "sockeye";\nexport default defineRoute("/", { open() {} });\n',
  });
  try {
    await using server = await startServer({ routes: folder, denoFlags: [`--allow-read=${folder}`] });
    const response = await server.fetch("/");
    assertEquals([response.status, await response.text() === ""], [426, false]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
