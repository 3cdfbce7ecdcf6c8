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
      // Code that cannot be loaded: who opens the page is told, the socket goes on, and so does the page when it is mended.
      await Deno.writeTextFile(`${routes}/index.ts`, `${COUNTER(4)}\nconst = 4;`);
      await server.printed(/index\.ts: the old code goes on/);
      const visitor = await browser.newPage();
      await visitor.goto(`${server.url}/`);
      await visitor.getByText(/index\.ts:\d+:\d+/).waitFor();
      assertEquals(await ask(), "version 3, message 4");
      await save(5);
      await visitor.locator("pre").waitFor({ state: "detached" });
      assertEquals(await visitor.title(), "counter");
      assertEquals(await ask(), "version 5, message 5");
    } finally {
      await browser.close();
      await Deno.remove(routes, { recursive: true });
    }
  },
});
