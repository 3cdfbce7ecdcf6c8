/** Our client in a page of Chromium, where there can be no WebSocket. @module */
import { assert, assertEquals } from "@std/assert";
import { launchChromium } from "../clients/chromium.ts";
import { requires } from "../support/requires.ts";
import { ClientPage } from "./client_page.ts";

/** Every WebSocket of the page goes to where nobody listens. */
const BLOCK_WEBSOCKET = `globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super("ws://127.0.0.1:1/", protocols);
  }
}`;

type Story = (here: ClientPage) => Promise<void>;

const STORIES: (readonly [name: string, tell: Story])[] = [];

const inChromium = (name: string, tell: Story): void => void STORIES.push([name, tell]);

/** It subscribes, sends, asks and is answered. */
async function talk(here: ClientPage): Promise<void> {
  await here.post("one");
  await here.page.evaluate(`socket.send("hi")`);
  await here.until("seen.messages.length === 2");
  assertEquals(await here.page.evaluate(`socket.request("?")`), "echo ?");
  const blob = await here.page.evaluate(`new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => data.text?.().then(resolve));
    socket.send(new Blob(["a", "b"]));
  })`);
  assertEquals(blob, "ab");
  assertEquals(new Set((await here.seen()).messages.slice(0, 2)), new Set(["one", "hi"]));
}

inChromium("where a WebSocket can be had, the module of the others is not even loaded", async (here) => {
  const asked: string[] = [];
  here.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await here.connect();
  await talk(here);
  assertEquals(await here.page.evaluate("socket.transport"), "websocket");
  assertEquals(asked.filter((path) => path.startsWith("/_sockeye/")), ["/_sockeye/client.js"]);
});

inChromium("WebSocket blocked: it is there by long-polling, at once", async (here) => {
  await here.page.evaluate(BLOCK_WEBSOCKET);
  await here.connect();
  await talk(here);
  assertEquals(await here.page.evaluate("socket.transport"), "long-poll");
  assertEquals((await here.seen()).events, ["away 1006", "open"]);
});

inChromium("WebSocket blocked, and long-polling broken: it is there by polling", async (here) => {
  await here.page.evaluate(BLOCK_WEBSOCKET);
  await here.page.route("**/_sockeye/poll", async (route, request) => {
    if (request.headers()["sockeye-transport"] === "long-poll") await route.abort();
    else await route.continue();
  });
  await here.connect();
  await talk(here);
  assertEquals(await here.page.evaluate("socket.transport"), "poll");
});

inChromium("answers that are lost on purpose cost nothing", async (here) => {
  await here.page.evaluate(BLOCK_WEBSOCKET);
  let count = 0;
  await here.page.route("**/_sockeye/poll", async (route, request) => {
    const isOfSession = "sockeye-session" in request.headers();
    if (!isOfSession || ++count % 3 !== 0) return await route.continue();
    // The server gets it and answers; the page learns nothing of that.
    await route.fetch().catch(() => undefined);
    await route.abort().catch(() => undefined);
  });
  await here.connect();
  const texts = Array.from({ length: 12 }, (_, n) => `m${n}`);
  for (const text of texts) {
    await here.page.evaluate(`socket.send(${JSON.stringify(text)})`);
    await here.post(`p${text}`);
  }
  await here.until("seen.messages.length === 24");
  const { messages, events } = await here.seen();
  assertEquals(messages.filter((text) => text.startsWith("m")), texts);
  assertEquals(messages.filter((text) => text.startsWith("p")), texts.map((text) => `p${text}`));
  assert(count >= 6, `${count} requests`);
  assertEquals(events.at(-1), "open");
});

inChromium("a page that is left ends its session, without waiting for anybody", async (here) => {
  await here.page.evaluate(BLOCK_WEBSOCKET);
  await here.connect();
  assertEquals(await here.peers(), 1);
  await here.page.goto("about:blank");
  await here.untilPeers(0);
});

inChromium("a close of the page's, and one of the server's", async (here) => {
  await here.page.evaluate(BLOCK_WEBSOCKET);
  await here.connect();
  await here.drop();
  await here.until(`seen.events.length >= 4 && seen.events.at(-1) === "open"`);
  await here.page.evaluate(`socket.close(1000, "bye")`);
  await here.until(`seen.events.at(-1) === "close 1000"`);
  await here.untilPeers(0);
});

Deno.test({
  name: "our client, in Chromium, without WebSocket",
  ...requires("chromium"),
  async fn(test) {
    const browser = await launchChromium();
    try {
      for (const [name, tell] of STORIES) {
        await test.step(name, async () => {
          await using here = await ClientPage.open(browser);
          await tell(here);
        });
      }
    } finally {
      await browser.close();
    }
  },
});
