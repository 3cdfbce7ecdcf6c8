/** `deno task connect` as users run it, on a terminal. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ConnectProcess } from "../support/connect_process.ts";
import { CraftedServer } from "../support/crafted_server.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const ESC = "\x1b";
const PROMPT = new RegExp(`${ESC}\\[1G${ESC}\\[0J> ${ESC}\\[3G$`);

Deno.test({
  name: "on a terminal one types, is answered, uses history and the tab key, and closes",
  ...requires("script"),
  async fn() {
    await using server = await startServer();
    await using connect = new ConnectProcess([`:${server.port}/echo`], { onTerminal: true });
    await connect.shows(PROMPT);
    await connect.type("hello\r");
    await connect.shows(/< hello\r\n/);
    const afterHello = connect.out.length;
    await connect.type("\x1b[A");
    await connect.shows(/> hello/, afterHello);
    await connect.type("!\r");
    await connect.shows(/< hello!\r\n/, afterHello);
    await connect.type("/pi");
    await connect.shows(/\/pi$/);
    await connect.type("\t");
    await connect.shows(/\/ping /);
    await connect.type("x\r");
    await connect.shows(/\* pong x after \d+\.\d ms\r\n/);
    await connect.type("/clsoe\r");
    await connect.shows(/\/clsoe is no command: did you mean \/close\?/);
    await connect.type("/close 4000 bye\r");
    const { code, out } = await connect.result();
    assertEquals(code, 0);
    assertMatch(out, /\* closed 4000.*\r\n$/);
  },
});

Deno.test({
  name: "a message that comes while one types stands above the line, which goes out whole",
  ...requires("script"),
  async fn() {
    let say = (_hex: string): Promise<void> => Promise.resolve();
    let heard = "";
    await using server = new CraftedServer({
      async talk({ send, receive }) {
        say = send;
        for (let hex = await receive(); hex !== ""; hex = await receive()) heard += hex;
      },
    });
    await using connect = new ConnectProcess(["-v", "--no-compress", `:${server.port}`], { onTerminal: true });
    await connect.shows(PROMPT);
    await connect.type("hel");
    await connect.shows(/hel$/);
    // ESC [ 2 J, BEL and a line that poses as another message.
    const text = new TextEncoder().encode("a\x1b[2J\x07\n< b");
    await say(`81${text.length.toString(16).padStart(2, "0")}${text.toHex()}`);
    await connect.shows(new RegExp(`< a\\\\e\\[2J\\\\x07\r\n {2}< b\r\n.*> hel${ESC}\\[6G$`));
    await connect.type("lo\r");
    await connect.shows(/> TEXT .* "hello"/);
    assertEquals(connect.out.includes("\x07"), false);
    assertEquals(connect.out.includes("\x1b[2J"), false);
    await until(() => heard !== "", "the message");
  },
});

Deno.test({
  name: "with --binary lines are bytes and commands stay commands; with --json answers have several lines",
  ...requires("script"),
  async fn() {
    await using server = await startServer();
    await using connect = new ConnectProcess(["-x", "--json", `:${server.port}/echo`], { onTerminal: true });
    await connect.shows(PROMPT);
    await connect.type("00 ff\r");
    await connect.shows(/< \(binary, 2 bytes\) 00 ff\r\n/);
    await connect.type("0g\r");
    await connect.shows(/"0g" is not hexadecimal/);
    await connect.type('/json {"a":[]}\r');
    await connect.shows(/< \{\r\n {4}"a": \[\]\r\n {2}\}\r\n/);
    await connect.type("/close\r");
    assertEquals((await connect.result()).code, 0);
  },
});

Deno.test({
  name: "Ctrl+D closes with 1000, Ctrl+C too and is exit code 130",
  ...requires("script"),
  async fn() {
    await using server = await startServer();
    for (const [key, expected] of [["\x04", 0], ["\x03", 130]] as const) {
      await using connect = new ConnectProcess([`:${server.port}/echo`], { onTerminal: true });
      await connect.shows(PROMPT);
      await connect.type(key);
      const { code, out } = await connect.result();
      assertEquals(code, expected);
      assertStringIncludes(out, "* closed 1000\r\n");
    }
  },
});

Deno.test({
  name: "a wrong frame by /raw is answered with the server's reason, and is exit code 3",
  ...requires("script"),
  async fn() {
    await using server = await startServer();
    await using connect = new ConnectProcess([`:${server.port}/echo`], { onTerminal: true });
    await connect.shows(PROMPT);
    await connect.type("/raw 83 80 00 00 00 00\r");
    const { code, out } = await connect.result();
    assertEquals(code, 3);
    assertStringIncludes(out, "closed 1002 the opcode is a reserved one\r\n");
  },
});

Deno.test({
  name: "there are colours on a terminal, and none with NO_COLOR",
  ...requires("script"),
  async fn() {
    await using server = await startServer();
    for (const [env, hasColours] of [[{ NO_COLOR: "" }, true], [{ NO_COLOR: "1" }, false]] as const) {
      await using connect = new ConnectProcess([`:${server.port}/echo`], { onTerminal: true, env });
      await connect.shows(PROMPT);
      await connect.type("a\r");
      await connect.shows(new RegExp(`< (${ESC}\\[0m)?a\r\n${ESC}\\[1G`));
      await connect.type("\x04");
      const { out } = await connect.result();
      assertEquals(new RegExp(`${ESC}\\[\\d+m`).test(out), hasColours);
    }
  },
});
