/**
 * A page of Chromium with a WebSocket that has to stay open.
 *
 * @module
 */
import type { Browser, Page } from "playwright-core";

/** A page, and what its socket can be asked. */
export class TalkingPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens the page at this URL, and a socket to its server's `/`. */
  static async open(browser: Browser, url: string): Promise<TalkingPage> {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(`new Promise((resolve) => {
      globalThis.ended = 0;
      globalThis.socket = new WebSocket("ws://" + location.host);
      socket.onopen = resolve;
      socket.onclose = () => ended++;
    })`);
    return new TalkingPage(page);
  }

  /** Sends a message, and returns what is answered. */
  ask(): Promise<string> {
    return this.page.evaluate<string>(`new Promise((resolve) => {
      socket.onmessage = (event) => resolve(event.data);
      socket.send("?");
    })`);
  }

  /** Is the socket still the one it was? */
  async isOpen(): Promise<boolean> {
    return await this.page.evaluate("socket.readyState === 1 && ended === 0");
  }
}
