/**
 * A page in Chromium with our client in it, and the server it talks to.
 *
 * @module
 */
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { type ServerProcess, startServer } from "../support/server_process.ts";

const ROUTE = `
import { defineRoute } from "sockeye";
const peers = new Set();
export const get = () =>
  new Response("<!doctype html><title>topic</title>", { headers: { "content-type": "text/html" } });
export const post = async (request, { publish }) => {
  const text = await request.text();
  if (text === "count") return new Response(String(peers.size));
  if (text !== "drop") await publish("topic", text);
  else for (const peer of peers) peer.terminate();
  return new Response();
};
export default defineRoute("/topic", {
  topics: { topic: { history: { limit: 5 } } },
  authenticate: (peer, token) => token !== "stale",
  subscribe: (peer, topic) => topic !== "secret",
  open: (peer) => void peers.add(peer),
  close: (peer) => void peers.delete(peer),
  message: (peer, message) => message.isRequest ? message.reply("echo " + message.text()) : peer.send(message),
});
`;

/** What a page remembers of its client. */
export interface Seen {
  /** Types of the client's events; of `away` with its code, and whether it is paused. */
  readonly events: readonly string[];
  readonly messages: readonly string[];
  /** What `subscribed` said of what was missed, each time. */
  readonly recovered: readonly boolean[];
}

const START = `(async () => {
  const { SockeyeSocket } = await import("/_sockeye/client.js");
  globalThis.seen = { events: [], messages: [], recovered: [] };
  globalThis.tokens = ["good"];
  globalThis.socket = new SockeyeSocket("/topic", {
    token: () => tokens.length > 1 ? tokens.shift() : tokens[0],
    maxWaitMs: 1_000,
  });
  globalThis.topic = socket.subscribe("topic");
  topic.addEventListener("message", ({ data }) => seen.messages.push(data));
  topic.addEventListener("subscribed", ({ recovered }) => seen.recovered.push(recovered));
  socket.addEventListener("open", () => seen.events.push("open"));
  socket.addEventListener("message", ({ data }) => seen.messages.push(data));
  socket.addEventListener("away", ({ code, waitMs }) => seen.events.push("away " + code + (waitMs === undefined ? " paused" : "")));
  socket.addEventListener("close", ({ code }) => seen.events.push("close " + code));
})()`;

/** The page, its server, and what may befall them. */
export class ClientPage implements AsyncDisposable {
  readonly page: Page;
  readonly #folder: string;
  readonly #keeps: boolean;
  readonly #context: BrowserContext;
  readonly #devtools: CDPSession;
  #server: ServerProcess;

  private constructor(server: ServerProcess, folder: string, keeps: boolean, page: Page, devtools: CDPSession) {
    this.#server = server;
    this.#folder = folder;
    this.#keeps = keeps;
    this.page = page;
    this.#context = page.context();
    this.#devtools = devtools;
  }

  /** @param keeps histories survive the server. */
  static async open(browser: Browser, keeps = false): Promise<ClientPage> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-client-" }));
    await Deno.mkdir(`${folder}/routes`);
    await Deno.writeTextFile(`${folder}/routes/topic.ts`, ROUTE);
    const server = await serve(folder, keeps);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.url}/topic`);
    return new ClientPage(server, folder, keeps, page, await context.newCDPSession(page));
  }

  /** Connects, and waits until the topic is subscribed to. */
  async connect(): Promise<void> {
    await this.page.evaluate(START);
    await this.until("topic.isSubscribed");
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string): Promise<void> {
    await this.page.waitForFunction(expression, undefined, { polling: 20 });
  }

  async seen(): Promise<Seen> {
    return await this.page.evaluate("seen");
  }

  async post(...texts: readonly string[]): Promise<void> {
    for (const body of texts) await (await this.#server.fetch("/topic", { method: "POST", body })).text();
  }

  /** How many peers the route has. */
  async peers(): Promise<number> {
    return Number(await (await this.#server.fetch("/topic", { method: "POST", body: "count" })).text());
  }

  /** Waits until the route has so many. */
  async untilPeers(count: number): Promise<void> {
    for (let left = 500; await this.peers() !== count; left--) {
      if (left === 0) throw new Error(`not ${count} peers, but ${await this.peers()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** The server drops every connection. */
  async drop(): Promise<void> {
    await this.post("drop");
  }

  async setOffline(isOffline: boolean): Promise<void> {
    await this.#context.setOffline(isOffline);
  }

  /** A page that is frozen runs nothing until it is active again. */
  async setState(state: "frozen" | "active"): Promise<void> {
    await this.#devtools.send("Page.setWebLifecycleState", { state });
  }

  /** Has the page think that it is hidden, or not. */
  async setHidden(isHidden: boolean): Promise<void> {
    await this.page.evaluate(`Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"))`);
  }

  /** Ends the server, and starts it again where it was. */
  async restart(signal: Deno.Signal): Promise<void> {
    const { port } = this.#server;
    this.#server.kill(signal);
    await this.#server.exited();
    await this.#server[Symbol.asyncDispose]();
    this.#server = await serve(this.#folder, this.#keeps, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function serve(folder: string, keeps: boolean, port = 0): Promise<ServerProcess> {
  const kept = `${folder}/kept`;
  return startServer({
    // A browser keeps a connection for the next request, which a server that ends waits for.
    args: [
      ...["--routes", `${folder}/routes`, "--port", String(port), "--close-timeout-ms", "200ms"],
      ...(keeps ? ["--data-dir", kept] : []),
    ],
    denoFlags: [`--allow-read=.,${folder}`, ...(keeps ? [`--allow-write=${kept}`] : [])],
  });
}
