/** npm's `ws` and Chromium over TLS. @module */
import { assertEquals } from "@std/assert";
import WebSocket from "ws";
import { CERT, CERT_FILE, KEY_FILE } from "../support/certificates.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";
import { launchChromium } from "./chromium.ts";
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

Deno.test({
  name: "a page in Chromium comes by https, connects by wss, and is told what it said",
  ...requires("chromium"),
  async fn() {
    await using server = await startServer({ args: ["--cert", CERT_FILE, "--key", KEY_FILE] });
    await using browser = await launchChromium();
    // The certificate is signed by itself.
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`https://127.0.0.1:${server.port}/`);
    const heard = await page.evaluate(`new Promise((resolve, reject) => {
      const socket = new WebSocket("wss://" + location.host + "/echo");
      socket.onopen = () => socket.send("hello over TLS");
      socket.onerror = () => reject(new Error("it cannot connect"));
      socket.onmessage = ({ data }) => (socket.onclose = ({ code }) => resolve([data, code]), socket.close(1000));
    })`);
    assertEquals(heard, ["hello over TLS", 1000]);
  },
});
