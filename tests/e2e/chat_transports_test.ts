/** One chat, three browsers, each over another transport; the page knows nothing of it. @module */
import { assertEquals } from "@std/assert";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium } from "../clients/chromium.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";

const ROUNDS = 5;

/** How each comes not to have what is better. */
const OBSTACLES = {
  websocket: () => Promise.resolve(),
  "long-poll": (context: BrowserContext) => context.addInitScript(BLOCK_WEBSOCKET),
  poll: async (context: BrowserContext) => {
    await context.addInitScript(BLOCK_WEBSOCKET);
    await context.route("**/_sockeye/poll", async (route, request) => {
      if (request.headers()["sockeye-transport"] === "long-poll") await route.abort();
      else await route.continue();
    });
  },
} as const;

const BLOCK_WEBSOCKET = `globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super("ws://127.0.0.1:1/", protocols);
  }
}`;

interface Guest {
  readonly page: Page;
  /** The transports that sessions were begun for. */
  readonly begun: string[];
}

async function join(browser: Browser, url: string, transport: keyof typeof OBSTACLES): Promise<Guest> {
  const context = await browser.newContext();
  await OBSTACLES[transport](context);
  await context.addInitScript(`localStorage.name = ${JSON.stringify(transport)}`);
  const page = await context.newPage();
  const begun: string[] = [];
  page.on("request", (request) => {
    const name = request.headers()["sockeye-transport"];
    if (name !== undefined) begun.push(name);
  });
  await page.goto(`${url}/chat/kitchen`);
  await page.getByText(`${transport} (you)`).waitFor();
  return { page, begun };
}

Deno.test({
  name: "three browsers on three transports are in one chat: all see the same, in the same order",
  ...requires("chromium"),
  async fn() {
    await using server = await startServer({});
    const browser = await launchChromium();
    try {
      const guests: Guest[] = [];
      for (const transport of ["websocket", "long-poll", "poll"] as const) {
        guests.push(await join(browser, server.url.replace("ws:", "http:"), transport));
      }
      assertEquals(guests.map(({ begun }) => begun), [[], ["long-poll"], ["long-poll", "poll"]]);
      for (let round = 0; round < ROUNDS; round++) {
        for (const { page } of guests) {
          await page.getByLabel("Message").fill(`round ${round}`);
          await page.getByLabel("Message").press("Enter");
        }
      }
      const said: string[][] = [];
      for (const { page } of guests) {
        await page.locator(`#said li:nth-child(${3 * ROUNDS})`).waitFor();
        said.push(await page.locator("#said li").allTextContents());
      }
      assertEquals(said[1], said[0]);
      assertEquals(said[2], said[0]);
      const expected = ["websocket", "long-poll", "poll"].flatMap((name) =>
        Array.from({ length: ROUNDS }, (_, round) => `${name}: round ${round}`)
      );
      assertEquals(said[0]!.toSorted(), expected.toSorted());
    } finally {
      await browser.close();
    }
  },
});
