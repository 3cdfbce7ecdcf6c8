/** Node's WebSocket against the server, in a real `node`. @module */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { findProgram, requires } from "../support/requires.ts";
import { outcomesOf, showOutcomes } from "./reported.ts";
import { startServers } from "./servers.ts";

Deno.test({
  name: "Node's WebSocket talks to the server",
  ...requires("node"),
  async fn(test) {
    await using servers = await startServers();
    const script = pathOfUrl(new URL("node_client.mjs", import.meta.url));
    const { shipped, lab } = servers.addresses;
    await showOutcomes(test, await outcomesOf(findProgram("node")!, ["--no-warnings", script, shipped, lab]));
  },
});
