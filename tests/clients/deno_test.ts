/** Deno's own WebSocket against the server. @module */
import { showOutcomes } from "./reported.ts";
import { startServers } from "./servers.ts";
import { runWebApiCases } from "./web_api_suite.js";

/** Deno calls 0 what the Web API calls 1006, and offers no compression. */
const WAYS = { abnormalCode: 0, offersDeflate: false };

Deno.test("Deno's WebSocket talks to the server", async (test) => {
  await using servers = await startServers();
  await showOutcomes(test, await runWebApiCases(WebSocket, servers.addresses, WAYS));
});
