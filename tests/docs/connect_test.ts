/** The transcripts of docs/CONNECT.md are true, but for keys, masks and times. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connectHelp } from "../../lib/terminal/arguments.ts";
import { commandHelp } from "../../lib/terminal/command.ts";
import { ConnectProcess } from "../support/connect_process.ts";
import { requires } from "../support/requires.ts";
import { screenOf } from "../support/screen.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";
import { codeBlocks } from "./code_blocks.ts";

const page = Deno.readTextFileSync(`${PROJECT}docs/CONNECT.md`);
const transcripts = codeBlocks(page).filter(({ language }) => language === "console");

/** What differs from run to run. */
function plain(text: string, port: number): string {
  return text.replaceAll(`:${port}`, ":4000")
    .replace(/\S{22}==/g, "KEY")
    .replace(/\S{27}=(?=,|\n|$)/g, "ACCEPT")
    .replace(/(SHA-1 +)[\da-f]{40}/, "$1HASH")
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, "TIME")
    .replace(/mask [\da-f]{8}/g, "mask")
    .replace(/after [\d.]+ ms/g, "after ms");
}

Deno.test({
  name: "the transcript of a terminal in docs/CONNECT.md is true",
  ...requires("script"),
  async fn() {
    const { code } = transcripts.find(({ heading }) => heading === "On a terminal")!;
    const [command = "", ...expected] = code.trimEnd().split("\n");
    assertEquals(command, "$ deno task -q connect ws://127.0.0.1:4000/echo");
    await using server = await startServer();
    await using connect = new ConnectProcess([`ws://127.0.0.1:${server.port}/echo`], { onTerminal: true });
    const typed = expected.flatMap((line, at) => line.startsWith("> ") ? [{ line: line.slice(2), at }] : []);
    for (const { line, at } of typed) {
      const isPrompted = () => screenOf(connect.out).length > at && screenOf(connect.out)[at] === "> ";
      await until(isPrompted, () => `a prompt in line ${at} of:\n${screenOf(connect.out).join("\n")}`);
      await connect.type(`${line}\r`);
    }
    const { code: exitCode, out } = await connect.result();
    assertEquals(plain(screenOf(out).join("\n").trimEnd(), server.port), plain(expected.join("\n"), 4000));
    assertEquals(exitCode, 3);
  },
});

Deno.test("the transcripts of scripts in docs/CONNECT.md are true", async () => {
  await using server = await startServer();
  const scripts = transcripts.filter(({ heading }) => heading !== "On a terminal");
  assertEquals(scripts.length, 2);
  for (const { code } of scripts) {
    const commands = code.split(/^\$ /m).slice(1);
    assert(commands.length > 0);
    for (const text of commands) {
      const [command = "", ...expected] = text.trimEnd().split("\n");
      const shell = command.replaceAll("deno task", `"$0" task`).replaceAll(":4000", `:${server.port}`);
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `{ ${shell}; } 2>&1`, Deno.execPath()],
        cwd: PROJECT,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const shown = new TextDecoder().decode(stdout).trimEnd();
      assertEquals(plain(shown, server.port), plain(expected.join("\n"), 4000), command);
    }
  }
});

Deno.test("docs/CONNECT.md names every exit code and command of the help", () => {
  for (const [, code] of connectHelp("").matchAll(/^ {2}(\d+) +\w/gm)) assertStringIncludes(page, `| ${code} `);
  for (const [name] of commandHelp().matchAll(/\/[a-z]{3,}/g)) {
    if (name !== "/help" && name !== "/text") assertStringIncludes(page, `\`${name} `);
  }
});
