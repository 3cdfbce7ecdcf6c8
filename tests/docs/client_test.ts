/** The examples of docs/CLIENT.md do what is said of them, against the real server. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { CLIENT_BUNDLE } from "../../lib/client/bundle.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { findProgram, requires } from "../support/requires.ts";
import { codeBlocks } from "./code_blocks.ts";

const BLOCKS = codeBlocks(await Deno.readTextFile(`${PROJECT}docs/CLIENT.md`));

/** The one block below a heading that has this text in it. */
function example(heading: string, text = ""): string {
  const found = BLOCKS.filter((block) => block.heading === heading && block.code.includes(text));
  assertEquals(found.length, 1, `docs/CLIENT.md has ${found.length} examples with "${text}" under "${heading}"`);
  return found[0]?.code ?? "";
}

const MODULE = new URL("../../lib/client/mod.ts", import.meta.url).href;

/** Runs a block as a module that tells `globalThis.tell` what it would tell a person, and gives what it exports then. */
async function run(code: string, url: string, exported: string): Promise<Record<string, unknown>> {
  const source = code.replaceAll("/_sockeye/client.js", MODULE)
    .replace(/new SockeyeSocket\("\//, `new SockeyeSocket("${url}/`)
    .replaceAll("console.log", "globalThis.tell") + `\nexport { ${exported} };`;
  return await import(`data:text/javascript,${encodeURIComponent(source)}`);
}

Deno.test("docs/CLIENT.md: the first example gets what it says, and the chat that ships is its other side", async () => {
  await using server = await startServer();
  const { promise, resolve } = Promise.withResolvers<string>();
  Object.assign(globalThis, { tell: resolve });
  const { socket } = await run(example("The client"), server.url, "socket, chat") as unknown as { socket: WebSocket };
  assertEquals(await promise, "Hello");
  await closed(socket);
});

Deno.test({
  name: "docs/CLIENT.md: the example for Node gets its echo, with what the server would serve",
  ...requires("node"),
  async fn() {
    await using server = await startServer();
    const folder = await Deno.makeTempDir({ prefix: "sockeye-node-" });
    try {
      const code = example("Where it runs").replace("ws://127.0.0.1:4000", server.url.replace("http", "ws"));
      await Deno.writeTextFile(`${folder}/example.mjs`, code.replace("./client.js", "./client.mjs"));
      await Deno.writeTextFile(`${folder}/client.mjs`, CLIENT_BUNDLE);
      await Deno.symlink(`${PROJECT}node_modules`, `${folder}/node_modules`);
      const { success, stdout, stderr } = await new Deno.Command(findProgram("node")!, {
        args: [`${folder}/example.mjs`],
      }).output();
      assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
      assertEquals(new TextDecoder().decode(stdout), "Hello\n");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("docs/CLIENT.md: a request is answered with what the route replies", async () => {
  const routes = await Deno.makeTempDir({ prefix: "sockeye-request-" });
  await Deno.writeTextFile(
    `${routes}/ask.ts`,
    `import { defineRoute } from "sockeye";
export default defineRoute("/ask", { message: (_, message) => message.reply(message.text() + " 7") });`,
  );
  try {
    await using server = await startServer({
      args: ["--routes", routes],
      denoFlags: [`--allow-read=.,${routes}`],
    });
    const before = `import { SockeyeSocket } from "/_sockeye/client.js";\nconst socket = new SockeyeSocket("/ask");\n`;
    const { answer, socket } = await run(before + example("Requests"), server.url, "answer, socket");
    assertEquals(answer, "how many? 7");
    await closed(socket as WebSocket);
  } finally {
    await Deno.remove(routes, { recursive: true });
  }
});

Deno.test("docs/CLIENT.md: the examples of topics and types have the types that they are said to have", async () => {
  const folder = await Deno.makeTempDir({ dir: PROJECT, prefix: ".tmp-client-" });
  try {
    await Deno.mkdir(`${folder}/routes/orders`, { recursive: true });
    await Deno.mkdir(`${folder}/page`);
    await Deno.writeTextFile(
      `${folder}/routes/orders/[shop].ts`,
      `import { defineRoute } from "sockeye";
import { z } from "zod";
const Order = z.object({ item: z.string(), count: z.number().transform(String) });
export default defineRoute("/orders/[shop]", { schema: { message: Order }, message() {} });`,
    );
    const topics = `import { SockeyeSocket } from "sockeye/client";
declare const socket: SockeyeSocket;
declare function show(order: unknown): void;
declare function showAll(isAnew: boolean): void;
declare function showMembers(members: readonly { readonly key: string }[]): void;
${example("Topics")}`;
    await Deno.writeTextFile(`${folder}/page/topics.ts`, topics);
    await Deno.writeTextFile(`${folder}/page/types.ts`, example("Types"));
    const wrong = example("Types").replace('item: "tea"', "item: 7");
    await Deno.writeTextFile(`${folder}/page/wrong.ts`, wrong);
    const check = async (...names: readonly string[]) => {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["check", ...names.map((name) => `${folder}/page/${name}.ts`)],
        cwd: PROJECT,
        env: { NO_COLOR: "1" },
      }).output();
      return [success, new TextDecoder().decode(stderr)] as const;
    };
    const [isGood, problems] = await check("topics", "types");
    assertEquals(isGood, true, problems);
    const [isWrong, reason] = await check("wrong");
    assertEquals(isWrong, false);
    assertStringIncludes(reason, "'number' is not assignable to type 'string'");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Closes a socket, and waits until it is. */
async function closed(socket: WebSocket): Promise<void> {
  const end = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close();
  await end;
}
