/** npm's `ws` over TLS: the cases of the Web API. @module */
import WebSocket from "ws";
import { CERT, CERT_FILE, KEY_FILE } from "../support/certificates.ts";
import { showOutcomes } from "./reported.ts";
import { startServers } from "./servers.ts";
import { runWebApiCases } from "./web_api_suite.js";

/** Trusts the certificate of the tests. */
class TrustingSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { ca: CERT });
  }
}

Deno.test("ws talks to the server over TLS", async (test) => {
  await using servers = await startServers(["--cert", CERT_FILE, "--key", KEY_FILE]);
  const secure = (url: string): string => url.replace(/^ws:/, "wss:");
  const { shipped, lab } = servers.addresses;
  const addresses = { shipped: secure(shipped), lab: secure(lab) };
  const WebApi = TrustingSocket as unknown as typeof globalThis.WebSocket;
  await showOutcomes(test, await runWebApiCases(WebApi, addresses));
});
