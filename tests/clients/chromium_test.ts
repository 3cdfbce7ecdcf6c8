/** Chromium's WebSocket against the server, from pages of its own origin and of others. @module */
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { requires } from "../support/requires.ts";
import { launchChromium } from "./chromium.ts";
import { type Outcome, showOutcomes } from "./reported.ts";
import { startServers } from "./servers.ts";

const SUITE = Deno.readTextFileSync(new URL("web_api_suite.js", import.meta.url));

Deno.test({
  name: "Chromium's WebSocket talks to the server",
  ...requires("chromium"),
  async fn(test) {
    await using servers = await startServers();
    await using browser = await launchChromium();
    const page = await openPage(browser, servers.shipped.url);
    await showOutcomes(test, await runSuite(page, servers.addresses));
  },
});

Deno.test({
  name: "a page of another port is refused with 403, and the log says which origin to allow",
  ...requires("chromium"),
  async fn() {
    await using servers = await startServers();
    await using browser = await launchChromium();
    const page = await openPage(browser, servers.lab.url);
    assertEquals(await outcomeOf(page, `${servers.addresses.shipped}/echo`), "closed 1006");
    await servers.shipped.printed(new RegExp(`403.*${servers.lab.url}`));
  },
});

Deno.test({
  name: "a page at localhost reaches 127.0.0.1 of the same port: loopback names are one host",
  ...requires("chromium"),
  async fn() {
    await using servers = await startServers();
    await using browser = await launchChromium();
    const page = await openPage(browser, `http://localhost:${servers.shipped.port}`);
    assertEquals(await outcomeOf(page, `${servers.addresses.shipped}/echo`), "open");
  },
});

Deno.test({
  name: "a sandboxed frame has the origin null, which is refused",
  ...requires("chromium"),
  async fn() {
    await using servers = await startServers();
    await using browser = await launchChromium();
    const page = await openPage(browser, servers.shipped.url);
    const framed = `<script>const socket = new WebSocket("${servers.addresses.shipped}/echo");` +
      `socket.onopen = () => parent.postMessage("open", "*");` +
      `socket.onclose = ({ code }) => parent.postMessage("closed " + code, "*");</script>`;
    const seen = await page.evaluate<string>(`new Promise((resolve) => {
      addEventListener("message", ({ data }) => resolve(data));
      const frame = document.createElement("iframe");
      frame.setAttribute("sandbox", "allow-scripts");
      frame.setAttribute("srcdoc", ${JSON.stringify(framed)});
      document.body.append(frame);
    })`);
    assertEquals(seen, "closed 1006");
    await servers.shipped.printed(/403.*null/);
  },
});

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${url}/health`);
  return page;
}

async function runSuite(page: Page, addresses: { readonly shipped: string; readonly lab: string }) {
  return await page.evaluate(async ({ source, addresses }) => {
    const suite = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    return await suite.runWebApiCases(WebSocket, addresses) as readonly Outcome[];
  }, { source: SUITE, addresses });
}

/** `open`, or `closed 1006`. */
async function outcomeOf(page: Page, url: string): Promise<string> {
  return await page.evaluate((url) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve("open");
      socket.onclose = ({ code }) => resolve(`closed ${code}`);
    }), url);
}
