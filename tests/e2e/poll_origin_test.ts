/** A page of one server that polls another one: only where that allows the page's origin. @module */
import { assertEquals } from "@std/assert";
import { launchChromium } from "../clients/chromium.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";

const TRY = `async (url) => {
  const { SockeyeSocket } = await import("/_sockeye/client.js");
  const socket = new SockeyeSocket(url, { transports: ["long-poll"], minWaitMs: 60_000 });
  const told = await new Promise((resolve) => {
    socket.addEventListener("away", () => resolve("refused"));
    socket.addEventListener("message", ({ data }) => resolve(data));
    socket.addEventListener("open", () => socket.send("across"));
  });
  const { transport } = socket;
  const closed = new Promise((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  socket.close(1000);
  return [told, transport, await closed];
}`;

Deno.test({
  name: "a page polls a server of another origin where that is allowed, and is refused where it is not",
  ...requires("chromium"),
  async fn() {
    await using home = await startServer({});
    const origin = home.url.replace("ws:", "http:");
    await using open = await startServer({ args: ["--allowed-origins", origin] });
    await using strict = await startServer({});
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${origin}/health`);
      const attempt = (server: { readonly port: number }) =>
        page.evaluate(`(${TRY})("ws://127.0.0.1:${server.port}/echo")`);
      assertEquals(await attempt(open), ["across", "long-poll", 1000]);
      assertEquals((await attempt(strict) as unknown[])[0], "refused");
    } finally {
      await browser.close();
    }
  },
});
