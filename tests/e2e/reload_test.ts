/** A page in Chromium whose socket stays open while a route is saved in development. @module */
import { assert, assertEquals } from "@std/assert";
import { launchChromium } from "../clients/chromium.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";
import { TalkingPage } from "./talking_page.ts";

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
      const talking = await TalkingPage.open(browser, `${server.url}/`);
      assertEquals(await talking.ask(), "version 1, message 1");
      for (const version of [2, 3]) {
        const from = server.output().length;
        await save(version);
        await server.printed(/index\.ts: new code in \d+ ms; 1 peer goes on with it/, from);
        assertEquals(await talking.ask(), `version ${version}, message ${version}`);
      }
      assert(await talking.isOpen());
      // Code that cannot be loaded: who opens the page is told, the socket goes on, and so does the page when it is mended.
      await Deno.writeTextFile(`${routes}/index.ts`, `${COUNTER(4)}\nconst = 4;`);
      await server.printed(/index\.ts: the old code goes on/);
      const visitor = await browser.newPage();
      await visitor.goto(`${server.url}/`);
      await visitor.getByText(/index\.ts:\d+:\d+/).waitFor();
      assertEquals(await talking.ask(), "version 3, message 4");
      await save(5);
      await visitor.locator("pre").waitFor({ state: "detached" });
      assertEquals(await visitor.title(), "counter");
      assertEquals(await talking.ask(), "version 5, message 5");
    } finally {
      await browser.close();
      await Deno.remove(routes, { recursive: true });
    }
  },
});
