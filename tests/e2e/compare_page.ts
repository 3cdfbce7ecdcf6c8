/**
 * The page at `/compare` in Chromium: what it shows, and what the browser complains about.
 *
 * @module
 */
import type { Browser, Locator, Page } from "playwright-core";

/** Names of the lanes, as the page has them. */
export type LaneName = "poll" | "long-poll" | "websocket";

/** What a lane says that it has put on the wire. */
export interface LaneSums {
  readonly requests: number;
  readonly up: number;
  readonly down: number;
  readonly payload: number;
}

/** How it is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly isPhone?: boolean;
  /** With `prefers-reduced-motion`. */
  readonly isCalm?: boolean;
  /** Runs in the page before anything else. */
  readonly before?: string;
}

/** Writes down what must not happen, and what was loaded. */
const WATCH = `
addEventListener("securitypolicyviolation",
  ({ violatedDirective, blockedURI }) => console.error("CSP: " + violatedDirective + " " + blockedURI));
globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (!hadRecentInput) shifts.push(value + " " + sources.map(({ node }) => (node?.nodeType === 3 ? node.parentNode : node)?.outerHTML).join());
  }
}).observe({ type: "layout-shift", buffered: true });
`;

/** One open page. */
export class ComparePage implements AsyncDisposable {
  readonly page: Page;
  /** Console errors and warnings, uncaught errors, and what the page's security policy forbade. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
  }

  /** @param origin of the server, or of what stands before it. */
  static async open(browser: Browser, origin: string, look: Look = {}): Promise<ComparePage> {
    const { width = 1280, height = 900, isPhone = false, isCalm = false, before = "" } = look;
    const viewport = { width, height };
    const context = await browser.newContext({
      viewport,
      isMobile: isPhone,
      hasTouch: isPhone,
      reducedMotion: isCalm ? "reduce" : "no-preference",
    });
    const page = await context.newPage();
    await page.addInitScript(WATCH + before);
    const opened = new ComparePage(page);
    await page.goto(`${origin}/compare`);
    await page.locator(".lanes").waitFor();
    return opened;
  }

  card(lane: LaneName): Locator {
    return this.page.locator(`[data-lane=${lane}]`);
  }

  /** Resolves when a lane's state has these words. */
  async stated(lane: LaneName, words: string | RegExp): Promise<void> {
    await this.card(lane).getByRole("status").filter({ hasText: words }).waitFor();
  }

  /** Resolves when a lane has received so many messages. */
  async received(lane: LaneName, messages: number): Promise<void> {
    await this.until(
      `(${numberIn}(${JSON.stringify(`[data-row=messages] td:nth-of-type(${COLUMN[lane]})`)})) >= ${messages}`,
    );
  }

  async sums(lane: LaneName): Promise<LaneSums> {
    return JSON.parse(await this.page.locator(`th.of-${lane}`).getAttribute("data-sums") ?? "{}");
  }

  /** The text of a figure. */
  async figure(row: string, lane: LaneName): Promise<string> {
    return await this.page.locator(`[data-row=${row}] td:nth-of-type(${COLUMN[lane]})`).innerText();
  }

  /** Leaves out all lanes but one, and starts anew. */
  async runOnly(lane: LaneName): Promise<void> {
    await this.stop();
    for (const other of Object.keys(COLUMN) as LaneName[]) {
      const toggle = this.card(other).getByRole("switch");
      if ((await toggle.getAttribute("aria-checked") === "true") !== (other === lane)) await toggle.click();
    }
  }

  /** So many events a second; the lanes that run start anew. */
  async pace(events: 4 | 20): Promise<void> {
    await this.page.getByLabel("Events a second").selectOption(String(events));
  }

  async start(): Promise<void> {
    await this.page.getByRole("button", { name: "Start", exact: true }).click();
  }

  async stop(): Promise<void> {
    await this.page.getByRole("button", { name: "Stop", exact: true }).click();
    await this.page.getByRole("button", { name: "Start", exact: true }).waitFor();
  }

  /** Waits until an expression is true in the page. Its policy forbids to do that from a text within it. */
  async until(expression: string): Promise<void> {
    await this.page.evaluate(`new Promise((resolve, reject) => {
      const begun = performance.now();
      const check = () => {
        if (${expression}) resolve();
        else if (performance.now() - begun > ${DEADLINE_MS}) reject(new Error(${JSON.stringify(expression)}));
        else setTimeout(check, 20);
      };
      check();
    })`);
  }

  /** Shifts of the layout that nobody asked for. */
  async shifts(): Promise<readonly string[]> {
    return await this.page.evaluate("shifts");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

/** So long anything on the page may take. */
const DEADLINE_MS = 20_000;

const COLUMN: Readonly<Record<LaneName, number>> = { "poll": 1, "long-poll": 2, "websocket": 3 };

const numberIn = `((selector) => Number(document.querySelector(selector).textContent.replace(/\\D/g, "")))`;
