/**
 * A visit to the page in Chromium: everything the browser complains about is kept, so that a test can ask for none.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Browser, Locator, Page } from "playwright-core";
import { launchChromium } from "../clients/chromium.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

/** A browser and a server that visits share. */
export interface Site extends AsyncDisposable {
  readonly server: ServerProcess;
  visit(screen?: Screen): Promise<Visit>;
}

/** One open page. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly server: ServerProcess;
  /** Console errors and warnings, uncaught errors, and what the page's security policy forbade. */
  readonly complaints: readonly string[];
}

/** What a page may look like to its visitor. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  /** Touch, and a phone's way of scaling. */
  readonly isPhone?: boolean;
}

const DESKTOP: Screen = { width: 1280, height: 900 };

/** Starts both. */
export async function openSite(): Promise<Site> {
  const [server, browser] = await Promise.all([startServer(), launchChromium()]);
  return {
    server,
    visit: (screen = DESKTOP) => visit(browser, server, screen),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Opens the page as somebody who has never been there. */
async function visit(browser: Browser, server: ServerProcess, screen: Screen): Promise<Visit> {
  const { width, height, isPhone = false } = screen;
  const context = await browser.newContext({ viewport: { width, height }, isMobile: isPhone, hasTouch: isPhone });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  await page.addInitScript(`addEventListener("securitypolicyviolation",
    ({ violatedDirective, blockedURI }) => console.error("CSP: " + violatedDirective + " " + blockedURI))`);
  await page.goto(`${server.url}/`);
  return { page, server, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** The parts of one console, by their roles and names. */
export interface ConsoleParts {
  readonly panel: Locator;
  readonly tab: Locator;
  readonly log: Locator;
  button(name: string): Locator;
  field(name: string): Locator;
  /** Resolves when the log holds the words. */
  logged(words: string | RegExp): Promise<void>;
  /** Types a text and sends it. */
  send(text: string): Promise<void>;
  /** Connects, or disconnects, and waits until the panel says so. */
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Shows the console of a route, by the text of its tab. */
export async function showConsole(page: Page, label: string): Promise<ConsoleParts> {
  const tab = page.getByRole("tab", { name: `${label}, ` });
  await tab.click();
  assertEquals(await tab.getAttribute("aria-selected"), "true");
  const panel = page.getByRole("tabpanel");
  assertEquals(await panel.count(), 1, "one panel is shown at a time");
  const log = panel.getByRole("log", { name: `Messages of ${label}` });
  const button = (name: string) => panel.getByRole("button", { name, exact: true });
  const field = (name: string) => panel.getByLabel(name, { exact: true });
  const state = (words: string) => panel.getByRole("status").filter({ hasText: words }).waitFor();
  return {
    panel,
    tab,
    log,
    button,
    field,
    logged: (words) => log.getByText(words).first().waitFor(),
    async send(text) {
      await field("Message").fill(text);
      await button("Send").click();
    },
    async connect() {
      await panel.getByRole("button", { name: /^(?:Connect|Reconnect)$/ }).click();
      await panel.getByRole("status").getByText("connected", { exact: true }).waitFor();
    },
    async disconnect() {
      await button("Disconnect").click();
      await state("closed (1000)");
    },
  };
}
