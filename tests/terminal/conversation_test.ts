/** A connection from its 101 to its end. @module */
import { assertEquals, assertGreaterOrEqual, assertMatch, assertStringIncludes } from "@std/assert";
import { parseCommand } from "../../lib/terminal/command.ts";
import { Conversation, type ConversationOptions, type Ending, utf8 } from "../../lib/terminal/conversation.ts";
import { Display } from "../../lib/terminal/display.ts";
import { type PairSetting, withCraftedPair } from "../support/crafted_pair.ts";
import type { CraftedConnection } from "../support/crafted_server.ts";
import { until } from "../support/until.ts";

const CLOSE_1000 = "888200000000" + "03e8";

interface Scene {
  readonly conversation: Conversation;
  readonly ending: Promise<Ending>;
  readonly server: CraftedConnection;
  readonly written: { out: string; err: string };
  /** A line that is typed. */
  type(line: string): Promise<void>;
}

async function play(
  { options, ...setting }: PairSetting & { readonly options?: Partial<ConversationOptions> },
  scene: (scene: Scene) => Promise<void>,
): Promise<void> {
  const written = { out: "", err: "" };
  const add = (name: "out" | "err") => (bytes: Uint8Array) => void (written[name] += new TextDecoder().decode(bytes));
  const display = new Display({ out: add("out"), err: add("err") }, {
    isInteractive: true,
    outIsTerminal: false,
    errIsTerminal: false,
    hasColours: false,
    isVerbose: false,
    indentsJson: false,
    writesRaw: false,
    now: () => 0,
  });
  const readFile = (path: string) => Deno.readFile(path);
  let clock = 0;
  const now = () => clock += 5;
  await withCraftedPair(setting, async ({ client, connection: server }) => {
    const conversation = new Conversation({
      ...{ client, display, count: Infinity, waitMs: Infinity, readFile, now },
      ...options,
    });
    const ending = conversation.run();
    try {
      await scene({ conversation, ending, server, written, type: (line) => conversation.obey(parseCommand(line)) });
    } finally {
      client[Symbol.dispose]();
      await ending;
    }
  });
}

/** What the client sends in answer to a Close frame, and the end. */
async function takeClose(server: CraftedConnection, expected: string): Promise<void> {
  assertEquals(await server.receive(), expected);
  server.conn.close();
}

const SENT: ReadonlyArray<readonly [line: string, frames: string]> = [
  ["hi", "8182000000006869"],
  ["//hi", "8183000000002f6869"],
  ["/binary 00", "82810000000000"],
  ["/json 1", "81810000000031"],
  ["/pong p", "8a810000000070"],
  ["/raw ff 00", "ff00"],
  ["/fragment a | b", "01810000000061" + "80810000000062"],
];

for (const [line, frames] of SENT) {
  Deno.test(`what is typed as ${line} goes out as it should`, async () => {
    await play({}, async ({ server, type }) => {
      await type(line);
      let received = "";
      while (received.length < frames.length) received += await server.receive();
      assertEquals(received, frames);
    });
  });
}

Deno.test("messages are shown, pings are answered, a pong is told with the time it took", async () => {
  await play({}, async ({ server, written, type }) => {
    await server.send("810161" + "890170");
    assertEquals(await server.receive(), "8a810000000070");
    assertEquals(written.out, "a\n");
    await type("/ping x");
    assertEquals(await server.receive(), "89810000000078");
    await server.send("8a0178");
    await until(() => written.err !== "", "a pong");
    assertEquals(written.err, "* pong x after 5.0 ms\n");
  });
});

Deno.test("a Close frame of the server is answered with its code, and the end is left to it (RFC 6455 §5.5.1)", async () => {
  await play({}, async ({ server, ending }) => {
    await server.send("880403f36f68");
    await takeClose(server, "88820000000003f3");
    assertEquals(await ending, { code: 1011, reason: "oh", isOurs: false });
  });
});

Deno.test("a Close frame without a code is answered without one, and is 1005", async () => {
  await play({}, async ({ server, ending }) => {
    await server.send("8800");
    await takeClose(server, "888000000000");
    assertEquals(await ending, { code: 1005, reason: "", isOurs: false });
  });
});

Deno.test("our Close frame is sent once, and is ours when it is answered", async () => {
  await play({}, async ({ server, ending, type, conversation, written }) => {
    await type("/close 4001 bye");
    await conversation.close(1000);
    assertEquals(await server.receive(), "888500000000" + "0fa1627965");
    // RFC 6455 §5.5.1: nothing may be sent behind it.
    await type("more");
    assertMatch(written.err, /not sent: the connection is closing/);
    await server.send("88020fa1");
    server.conn.close();
    assertEquals(await ending, { code: 4001, reason: "", isOurs: true });
  });
});

Deno.test("an end without a Close frame is 1006, before and after ours", async () => {
  await play({}, async ({ server, ending }) => {
    server.conn.close();
    assertEquals(await ending, { code: 1006, reason: "it ended without a Close frame", isOurs: false });
  });
  await play({}, async ({ server, ending, conversation }) => {
    await conversation.close(1000);
    await takeClose(server, CLOSE_1000);
    assertEquals(await ending, { code: 1006, reason: "the Close frame was not answered", isOurs: false });
  });
});

Deno.test("a Close frame that is not answered in time ends the connection", async () => {
  await play({ options: { closeTimeoutMs: 20 } }, async ({ ending, conversation }) => {
    await conversation.close(1000);
    assertEquals(await ending, { code: 1006, reason: "the Close frame was not answered in time", isOurs: false });
  });
});

Deno.test("a server that breaks a rule is told its code, and the user which rule", async () => {
  await play({}, async ({ server, ending, written }) => {
    await server.send("810161" + "8b00");
    assertEquals(await server.receive(), "8882" + "00000000" + "03ea");
    const { code, isOurs } = await ending;
    assertEquals([code, isOurs], [1002, false]);
    assertEquals(written.out, "a\n");
    assertEquals(written.err, "the server broke a rule: the opcode is a reserved one (§5.2)\n");
  });
});

Deno.test("after so many messages as were asked for it closes, and shows no more", async () => {
  await play({ options: { count: 2 } }, async ({ server, ending, written }) => {
    await server.send("810161" + "820162" + "810163");
    assertEquals(await server.receive(), CLOSE_1000);
    await server.send("880203e8");
    server.conn.close();
    assertEquals(await ending, { code: 1000, reason: "", isOurs: true });
    assertEquals(written.out, "a\n62\n");
  });
});

Deno.test("after the end of the input it closes when nothing has come for a while, and not before", async () => {
  await play({ options: { waitMs: 40 } }, async ({ server, conversation, written }) => {
    await server.send("810161");
    await until(() => written.out === "a\n", "the message");
    conversation.endInput();
    assertEquals(await server.receive(), CLOSE_1000);
  });
  await play({ options: { waitMs: Infinity } }, async ({ server, conversation, written, ending }) => {
    conversation.endInput();
    await server.send("810161");
    await until(() => written.out === "a\n", "the message");
    await server.send("880203e8");
    await takeClose(server, CLOSE_1000);
    assertEquals((await ending).isOurs, false);
  });
});

Deno.test("the while begins anew with each message", async () => {
  await play({ options: { waitMs: 200 } }, async ({ server, conversation }) => {
    conversation.endInput();
    const endedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 40));
    await server.send("810161");
    assertEquals(await server.receive(), CLOSE_1000);
    assertGreaterOrEqual(performance.now() - endedAt, 235);
  });
});

Deno.test("a file goes out as text where it is UTF-8, else as binary; one that is not there is said to be missing", async () => {
  const path = await Deno.makeTempFile();
  try {
    await play({}, async ({ server, written, type }) => {
      await Deno.writeFile(path, Uint8Array.of(0x61));
      await type(`/file ${path}`);
      assertEquals(await server.receive(), "81810000000061");
      await Deno.writeFile(path, Uint8Array.of(0xff));
      await type(`/file ${path}`);
      assertEquals(await server.receive(), "828100000000ff");
      await type(`/file ${path}.not`);
      assertMatch(written.err, /^not sent: No such file/);
    });
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("the help lists the commands", async () => {
  await play({}, async ({ written, type }) => {
    await type("/help");
    assertStringIncludes(written.err, "/fragment A | B | C");
  });
});

Deno.test("utf8 decodes what is UTF-8 and nothing else", () => {
  assertEquals([utf8(Uint8Array.of(0xc3, 0xa9)), utf8(Uint8Array.of(0xc3))], ["é", undefined]);
});
