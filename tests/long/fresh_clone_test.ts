/**
 * From a fresh clone to a served page with node and npm alone: no deno on PATH, no cache of the project, no prompt.
 *
 * @module
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { cloneTo } from "../support/clone.ts";
import { withDescendants } from "../support/other_process.ts";
import { findProgram, requires } from "../support/requires.ts";

function end(pid: number): void {
  // The server first: npx and the task runner end with it.
  for (const one of withDescendants(pid).toReversed()) {
    try {
      Deno.kill(one, "SIGTERM");
    } catch {
      // It has ended already.
    }
  }
}

/** Reads until a URL is printed; also returns all that was read. */
async function firstUrl(
  reader: ReadableStreamDefaultReader<string>,
): Promise<readonly [url: string | undefined, text: string]> {
  let text = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += piece.value;
    const url = /http:\/\/[\w.:[\]-]+:\d+/.exec(text)?.[0];
    if (url !== undefined) return [url, text];
  }
  return [undefined, text];
}

/** Reads to the end, so that the stream lets its pipe go. */
async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}

Deno.test({
  name: "npx -y deno task start serves a page from a fresh clone, with node and npm alone",
  ...requires("npm"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "sockeye-clone-" });
    const nodeFolder = findProgram("npm")?.replace(/\/npm$/, "") ?? "";
    try {
      await cloneTo(folder);
      const child = new Deno.Command("npx", {
        args: ["-y", "deno", "task", "start", "--port", "0"],
        cwd: folder,
        clearEnv: true,
        env: {
          PATH: `${nodeFolder}:/usr/bin:/bin`,
          HOME: Deno.env.get("HOME") ?? folder,
          NO_COLOR: "1",
          HOST: "127.0.0.1",
        },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const stderr = new Response(child.stderr).text();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const [url, stdout] = await firstUrl(reader);
      try {
        assert(url, `it ended without naming a URL:\n${stdout}\n${await (url ? "" : stderr)}`);
        const response = await fetch(url.replace("0.0.0.0", "127.0.0.1"), { headers: { connection: "close" } });
        assertEquals(response.status, 200);
        assertEquals(response.headers.get("content-type")?.split(";")[0], "text/html");
        await response.text();
      } finally {
        end(child.pid);
        await child.status;
        await drain(reader);
      }
      assertFalse(/^warning/im.test(await stderr), await stderr);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
