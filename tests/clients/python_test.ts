/** Python's `websockets` against the server: its asyncio client, and the threaded one where the version has it. @module */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { findProgram, requires } from "../support/requires.ts";
import { outcomesOf, showOutcomes } from "./reported.ts";
import { startServers } from "./servers.ts";

const SCRIPT = pathOfUrl(new URL("python_client.py", import.meta.url));

Deno.test({
  name: "python3-websockets talks to the server, with asyncio, and with threads where its version can",
  ...requires("python3-websockets"),
  async fn(test) {
    await talk(test, "asyncio");
    // Version 10, which Debian 12 has, has no such client.
    if (hasSyncClient()) await talk(test, "sync");
  },
});

async function talk(test: Deno.TestContext, client: "asyncio" | "sync"): Promise<void> {
  await using servers = await startServers();
  const { shipped, lab } = servers.addresses;
  await showOutcomes(test, await outcomesOf(findProgram("python3-websockets")!, [SCRIPT, client, shipped, lab]));
}

function hasSyncClient(): boolean {
  const program = findProgram("python3-websockets");
  if (program === undefined) return false;
  const args = ["-c", "import websockets.sync.client"];
  return new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).outputSync().success;
}
