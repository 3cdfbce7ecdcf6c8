/**
 * A visit to the inspector in Chromium: a development server, its page, and clients to be looked at.
 *
 * @module
 */
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import type { Screen } from "./visit.ts";
import { launchChromium } from "../clients/chromium.ts";
import { RawClient } from "../support/raw_client.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

/** The token of the admin listener's inspector. */
export const INSPECTOR_TOKEN = "0123456789abcdef";

/** A browser and a server. */
export class InspectorSite implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #browser: Browser;

  private constructor(server: ServerProcess, browser: Browser) {
    this.server = server;
    this.#browser = browser;
  }

  /** Starts both; messages are compressed with clients that offer it, each side keeping its context. */
  static async open(): Promise<InspectorSite> {
    const [server, browser] = await Promise.all([
      startServer({ args: ["--dev", "--per-message-deflate", "on"], routes: "tests/e2e/inspector_routes" }),
      launchChromium(),
    ]);
    return new InspectorSite(server, browser);
  }

  /** Opens the page, of another server where one is given. */
  async visit(screen: Screen = { width: 1280, height: 900 }, server: ServerProcess = this.server) {
    const context = await this.#browser.newContext({ viewport: screen, acceptDownloads: true });
    return await InspectorVisit.begin(context, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** One open page. */
export class InspectorVisit implements AsyncDisposable {
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #server: ServerProcess;

  private constructor(context: BrowserContext, page: Page, server: ServerProcess) {
    this.#context = context;
    this.page = page;
    this.#server = server;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
  }

  static async begin(context: BrowserContext, server: ServerProcess): Promise<InspectorVisit> {
    const visit = new InspectorVisit(context, await context.newPage(), server);
    await visit.page.goto(`${server.url}/_sockeye/inspector/`);
    await visit.page.getByRole("status").filter({ hasText: "live" }).waitFor();
    return visit;
  }

  /** A client of the test's own. */
  async client(path = "/echo", headers: Readonly<Record<string, string>> = {}): Promise<RawClient> {
    return await RawClient.connect({ port: this.#server.port, path, headers });
  }

  /** Another page of the same browser, with a WebSocket in it as `ws`. */
  async browserClient(path: string): Promise<Page> {
    const page = await this.#context.newPage();
    await page.goto(`${this.#server.url}/health`);
    await page.evaluate(`new Promise((resolve, reject) => {
      globalThis.ws = new WebSocket("ws://127.0.0.1:${this.#server.port}${path}");
      ws.onopen = resolve;
      ws.onerror = reject;
      globalThis.ended = new Promise((resolve) => ws.onclose = ({ code, reason }) => resolve([code, reason]));
    })`);
    return page;
  }

  /** Opens the connection whose path has this in it. */
  async openConnection(path: string): Promise<void> {
    await this.page.getByRole("list", { name: "Connections" }).getByRole("button").filter({ hasText: path }).first()
      .click();
    await this.frames.waitFor();
  }

  /** The list of frames. */
  get frames(): Locator {
    return this.page.getByRole("listbox", { name: "Frames" });
  }

  /** A row of it. */
  frame(text: string | RegExp): Locator {
    return this.frames.getByRole("option").filter({ hasText: text });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}
