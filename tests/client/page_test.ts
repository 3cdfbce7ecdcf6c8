/** Whether anybody sees the page, and what it tells its client. @module */
import { assertEquals } from "@std/assert";
import { pageHere } from "../../lib/client/page.ts";

class Browser extends EventTarget {
  readonly document = { hidden: false };
  readonly navigator = { onLine: true };
}

const BOTH = { pausesWhileHidden: true, pausesWhileOffline: true };

Deno.test("a page is away while it is hidden or offline, as far as that is wanted", () => {
  const browser = new Browser();
  const pages = [BOTH, { ...BOTH, pausesWhileHidden: false }, { ...BOTH, pausesWhileOffline: false }]
    .map((terms) => pageHere(terms, browser));
  const away = () => pages.map((page) => page.isAway());
  assertEquals(away(), [false, false, false]);
  browser.document.hidden = true;
  assertEquals(away(), [true, false, true]);
  browser.document.hidden = false;
  browser.navigator.onLine = false;
  assertEquals(away(), [true, true, false]);
});

Deno.test("a page tells of each change, until nobody listens", () => {
  const browser = new Browser();
  const signs: string[] = [];
  const end = pageHere(BOTH, browser).watch((sign) => signs.push(sign));
  for (const type of ["visibilitychange", "online", "offline", "resume", "pagehide", "pageshow"]) {
    browser.dispatchEvent(new Event(type));
  }
  assertEquals(signs, ["change", "change", "change", "change", "leave", "change"]);
  end();
  browser.dispatchEvent(new Event("online"));
  assertEquals(signs.length, 6);
});

Deno.test("a page that is left is away until it is shown again, whatever else happens to it", () => {
  const browser = new Browser();
  const page = pageHere(BOTH, browser);
  page.watch(() => {});
  const away = (type: string) => {
    browser.dispatchEvent(new Event(type));
    return page.isAway();
  };
  assertEquals(["pagehide", "visibilitychange", "online", "pageshow"].map(away), [true, true, true, false]);
});

Deno.test("where there is no page, nothing is away, and nothing is told", () => {
  const page = pageHere(BOTH, {});
  page.watch(() => {})();
  assertEquals([page.isAway(), pageHere(BOTH).isAway()], [false, false]);
});
