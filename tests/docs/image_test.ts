/** What docs/IMAGE.md says is so: its commands are taken, its figures are near, and it names what is in the image. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { HEALTH_COMMAND } from "../../lib/deploy/image/image_config.ts";
import { startCommand } from "../../lib/deploy/image/start_command.ts";
import { SYSTEM_PACKAGES, USER_ID } from "../../lib/deploy/image/system_files.ts";
import { parseImageArguments } from "../../lib/deploy/image_command.ts";
import { parseCommandLine, resolveOptions } from "../../lib/gateway/mod.ts";
import { CONFINED } from "../support/podman.ts";
import { PROJECT } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";

const IMAGE = await Deno.readTextFile(`${PROJECT}docs/IMAGE.md`);
const COMMANDS = codeBlocks(IMAGE.replaceAll(/^ {2}/gm, "")).filter(({ language }) => language === "sh")
  .map(({ code }) => code).join("\n");

/** Words of a line, as a shell has them. */
const wordsOf = (line: string) =>
  [...line.replace(/ #.*/, "").matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);

Deno.test("deno task image takes every line of docs/IMAGE.md", () => {
  const lines = [...COMMANDS.matchAll(/^npx -y deno task image(.*)$/gm)];
  assertEquals(lines.length, 4);
  for (const [, args = ""] of lines) assert(parseImageArguments(wordsOf(args)) !== undefined);
});

Deno.test("the version in docs/IMAGE.md is ours, and so are the user and the packages", () => {
  const versions = [...IMAGE.matchAll(/sockeye[-:](\d+\.\d+\.\d+)/g)].map(([, version]) => version);
  assertEquals([...new Set(versions)], [denoConfig.version]);
  assertStringIncludes(IMAGE, `user ${USER_ID}`);
  for (const name of SYSTEM_PACKAGES) assertStringIncludes(IMAGE, `\`${name}\``);
});

Deno.test("the server takes what docs/IMAGE.md writes behind the image", () => {
  const ends = [...COMMANDS.matchAll(/^podman run .* sockeye:\S+ (--.*)$/gm)];
  assertEquals(ends.length, 1);
  for (const [, args = ""] of ends) resolveOptions({ flags: parseCommandLine(wordsOf(args)).flags });
});

Deno.test("the tests confine a container as docs/IMAGE.md does, and further", () => {
  const [run = ""] = COMMANDS.match(/^podman run --read-only.*--memory.*$/m) ?? [];
  const words = wordsOf(run).filter((word) => /^--(?:read-only|cap-drop|security-opt|memory)/.test(word));
  assertEquals(words.length, 4);
  assertEquals(words.filter((word) => !CONFINED.includes(word)), []);
});

Deno.test("the entrypoint with workers in docs/IMAGE.md is the image's, but for what it may", () => {
  const [line = ""] = COMMANDS.match(/^podman run --entrypoint .*$/m) ?? [];
  const words = new Set(wordsOf(line).slice(5));
  const { entrypoint } = startCommand(denoConfig.tasks.start.command);
  const differs = (word: string) => /^--allow-(?:read|write)=/.test(word);
  assertEquals(entrypoint.slice(1).filter((word) => !words.has(word) && !differs(word)), []);
  assertEquals([...words].filter((word) => !entrypoint.includes(word) && !differs(word)), [
    "--allow-run",
    "--workers=2",
  ]);
});

Deno.test("the health check in docs/IMAGE.md is the image's", () => {
  const [, words = "[]"] = /--health-cmd '(\[.*\])'/.exec(IMAGE) ?? [];
  assertEquals(JSON.parse(words), HEALTH_COMMAND);
});
