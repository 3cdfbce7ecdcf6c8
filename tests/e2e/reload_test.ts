/** A page in Chromium whose socket stays open while a route is saved in development. @module */
import { assertEquals } from "@std/assert";
import { launchChromium } from "../clients/chromium.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";

const COUNTER = (version: number) => `
import { defineRoute } from "sockeye";
const counts = new Map<string, number>();
export const get = () => new Response("<!doctype html><title>counter</title>", { headers: { "content-type": "text/html" } });
export default defineRoute("/", {
  message(peer) {
    counts.set(peer.id, (counts.get(peer.id) ?? 0) + 1);
    peer.send("version ${version}, message " + counts.get(peer.id));
  },
  suspend: (peer) => counts.get(peer.id),
  resume: (peer, state) => void counts.set(peer.id, state as number),
});
`;

Deno.test({
  name: "a page's socket stays open across a save in --dev, with its counter intact",
  ...requires("chromium"),
  async fn() {
    const routes = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-e2e-" }));
    const save = (version: number) => Deno.writeTextFile(`${routes}/index.ts`, COUNTER(version));
    await save(1);
    const browser = await launchChromium();
    try {
      const args = ["--dev", "--routes", routes];
      await using server = await startServer({ args, denoFlags: [`--allow-read=.,${routes}`] });
      const page = await browser.newPage();
      await page.goto(`${server.url}/`);
      await page.evaluate(`new Promise((resolve) => {
        globalThis.ended = 0;
        globalThis.socket = new WebSocket("ws://" + location.host);
        socket.onopen = resolve;
        socket.onclose = () => ended++;
      })`);
      const ask = () =>
        page.evaluate<string>(`new Promise((resolve) => {
          socket.onmessage = (event) => resolve(event.data);
          socket.send("?");
        })`);
      assertEquals(await ask(), "version 1, message 1");
      for (const version of [2, 3]) {
        const from = server.output().length;
        await save(version);
        await server.printed(/index\.ts: new code in \d+ ms; 1 peer goes on with it/, from);
        assertEquals(await ask(), `version ${version}, message ${version}`);
      }
      assertEquals(await page.evaluate("[socket.readyState, ended]"), [1, 0]);
    } finally {
      await browser.close();
      await Deno.remove(routes, { recursive: true });
    }
  },
});
