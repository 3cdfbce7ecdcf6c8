/** The page at /compare in a real browser: its figures against what is counted on the wire, and how it behaves. @module */
import { assert, assertEquals, assertLess, assertLessOrEqual, assertMatch } from "@std/assert";
import type { Browser } from "playwright-core";
import { launchChromium } from "../clients/chromium.ts";
import { CountingProxy } from "../support/counting_proxy.ts";
import { requires } from "../support/requires.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";
import type { Traffic } from "../../lib/gateway/transport.ts";
import { ComparePage, type LaneName, type LaneSums } from "./compare_page.ts";

interface Site {
  readonly browser: Browser;
  readonly server: ServerProcess;
}

const LANES: readonly LaneName[] = ["poll", "long-poll", "websocket"];

/** What a figure may differ from what was counted. */
const TOLERANCE = 0.05;

type Story = (site: Site) => Promise<void>;

const STORIES: (readonly [name: string, tell: Story])[] = [];

const inChromium = (name: string, tell: Story): void => void STORIES.push([name, tell]);

// What a browser itself writes into its console is no fault of the page's: of a handshake that is refused, of a session
// that has ended, of a server that is away.
const REFUSED = /\b502\b/;
const GONE = /\b410\b/;
const AWAY = /ERR_|WebSocket connection/;

/** What the browser complained about, without what was to be expected. */
function others({ complaints }: ComparePage, ...expected: readonly RegExp[]): readonly string[] {
  return complaints.filter((complaint) => !expected.some((words) => words.test(complaint)));
}

/** What the server has counted of a lane's connection, and right after it what the page says. */
async function bothCounts(
  seen: ComparePage,
  lane: LaneName,
  connections: string,
  token: string,
): Promise<{ readonly counted: Traffic; readonly told: LaneSums }> {
  const id = await seen.card(lane).getAttribute("data-peer");
  const response = await fetch(connections + id, { headers: { authorization: `Bearer ${token}` } });
  const { connection } = await response.json();
  return { counted: connection.traffic, told: await seen.sums(lane) };
}

/** No tick is longer as it comes over a WebSocket, its header included. */
const ONE_TICK_BYTES = 48;

/** Within the tolerance; the difference in words. */
function assertNear(told: number, counted: number, what: string): void {
  const difference = Math.abs(told - counted) / counted;
  assertLessOrEqual(difference, TOLERANCE, `${what}: the page says ${told}, the wire had ${counted}`);
}

for (const lane of LANES) {
  inChromium(`what ${lane} puts on the wire is what the page says, both directions`, async ({ browser, server }) => {
    await using proxy = new CountingProxy(server.port);
    await using seen = await ComparePage.open(browser, proxy.url);
    await seen.runOnly(lane);
    await seen.pace(20);
    await quiet(proxy);
    const before = { up: proxy.up, down: proxy.down };
    await seen.start();
    // So many that an answer which is under way at the end is little of it.
    await seen.received(lane, 80);
    await seen.stop();
    await quiet(proxy);
    const [up, down] = [proxy.up - before.up, proxy.down - before.down];
    const sums = await seen.sums(lane);
    assertNear(sums.up, up, "up");
    assertNear(sums.down, down, "down");
    // A WebSocket has nothing that cannot be known; but of what comes when it is closing no page is told.
    if (lane !== "websocket") return assertEquals(others(seen, GONE), []);
    assertEquals(sums.up, up);
    assertLessOrEqual(sums.down, down);
    assertLessOrEqual(down - sums.down, ONE_TICK_BYTES);
    assertEquals(others(seen, GONE), []);
  });
}

inChromium("what the page says of each lane is what the server has counted of its connection", async ({ browser }) => {
  const token = "0123456789abcdef";
  await using server = await startServer({ env: { SOCKEYE_PUBLISH_TOKEN: token }, args: ["--admin", "127.0.0.1:0"] });
  const [, adminPort] = await server.printed(/the admin listener is on port (\d+)/);
  await using seen = await ComparePage.open(browser, server.url);
  for (const lane of LANES) await seen.received(lane, 60);
  for (const lane of LANES) {
    const { counted, told } = await bothCounts(seen, lane, `http://127.0.0.1:${adminPort}/connections/`, token);
    assertNear(told.up, counted.bytesIn, `${lane} up`);
    assertNear(told.down, counted.bytesOut, `${lane} down`);
    assertLessOrEqual(Math.abs(told.requests - counted.requests), 2, `requests of ${lane}`);
  }
});

inChromium(
  "all three lanes run side by side, get the same events, and say what they cost",
  async ({ browser, server }) => {
    await using seen = await ComparePage.open(browser, server.url);
    for (const lane of LANES) await seen.received(lane, 25);
    for (const lane of LANES) {
      await seen.stated(lane, "connected");
      assertMatch(await seen.card(lane).locator(".face span:last-child").innerText(), /^#\d+$/);
      assertMatch(
        await seen.card(lane).locator(".reading").innerText(),
        /of the wire is overhead\. Half of the events/,
      );
      assertMatch(await seen.figure("p95", lane), /^[\d.]+\sm?s$/);
    }
    const [poll, long, socket] = await Promise.all(LANES.map((lane) => seen.sums(lane)));
    assertEquals(socket?.requests, 1);
    assertLess(poll!.requests, long!.requests);
    assertLess(socket!.up + socket!.down, poll!.up + poll!.down);
    assertLess(poll!.up + poll!.down, long!.up + long!.down);
    assertMatch(
      await seen.page.locator(".clock").innerText(),
      // Whose round trip was the shortest: as a rule that of the WebSocket.
      /yours, give or take [\d.]+\sms.* over (?:WebSocket|Long-polling|Polling)/,
    );
    assertEquals(seen.complaints, []);
  },
);

inChromium(
  "what the switches block the client does without: long-polling takes over, then polling, and events go on",
  async ({ browser, server }) => {
    await using seen = await ComparePage.open(browser, server.url);
    const { page } = seen;
    const state = page.locator("[data-transport]");
    await page.getByRole("button", { name: "Connect the client" }).click();
    await page.locator("[data-transport=websocket]").waitFor();
    await page.getByRole("switch", { name: "Block WebSocket" }).click();
    await page.locator("[data-transport=long-poll]").waitFor();
    assertEquals(await state.innerText(), "over long-polling");
    await page.getByText("the first event has arrived").waitFor();
    await page.getByRole("switch", { name: "Block WebSocket" }).click();
    await page.locator("[data-transport=websocket]").waitFor();
    // What a browser itself writes about a refused handshake is no fault of the page's.
    assertEquals(others(seen, REFUSED), []);
  },
);

inChromium("where no WebSocket gets through, its lane says so, and the others go on", async ({ browser, server }) => {
  const before = `globalThis.WebSocket = class extends WebSocket {
    constructor(url, protocols) { super(url + "&blocked=", protocols); }
  }`;
  await using seen = await ComparePage.open(browser, server.url, { before });
  await seen.stated("websocket", "no WebSocket: the server is gone, or something between blocks it");
  for (const lane of ["poll", "long-poll"] as const) await seen.received(lane, 10);
  assertMatch(await seen.page.locator(".clock").innerText(), /over (?:Long-polling|Polling)/);
  assertEquals(others(seen, REFUSED), []);
});

inChromium("a server that goes away is said, and one that is back is found again", async ({ browser }) => {
  const server = await startServer();
  await using proxy = new CountingProxy(server.port);
  await using seen = await ComparePage.open(browser, proxy.url);
  for (const lane of LANES) await seen.received(lane, 2);
  server.kill("SIGKILL");
  await server.exited();
  await seen.stated("websocket", /lost|no WebSocket/);
  for (const lane of ["poll", "long-poll"] as const) await seen.stated(lane, /nothing for \d+ s|lost|no answer/);
  await using again = await startServer({ args: ["--port", String(server.port)] });
  assertEquals(again.port, server.port);
  for (const lane of LANES) await seen.stated(lane, "connected");
  await server[Symbol.asyncDispose]();
  assertEquals(others(seen, AWAY, GONE), []);
});

inChromium("all of it is there for the keyboard, with names", async ({ browser, server }) => {
  await using seen = await ComparePage.open(browser, server.url);
  const { page } = seen;
  const focused = () =>
    page.evaluate<string>(`document.activeElement.ariaLabel ?? document.activeElement.innerText.split("\\n")[0]`);
  const order: string[] = [];
  for (let step = 0; step < 11; step++) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  assertEquals(order.slice(0, 3), ["Sockeye, first page", "handshake", "Stop"]);
  assertEquals(order.slice(4), [
    "Polling",
    "Long-polling",
    "WebSocket",
    "Connect the client",
    "Block WebSocket",
    "Block long-polling",
    "What happened",
  ]);
  await page.getByRole("button", { name: "Stop", exact: true }).focus();
  await page.keyboard.press("Enter");
  await seen.stated("websocket", "stopped");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  assertEquals(await page.getByLabel("Events a second").inputValue(), "20");
  await page.getByRole("switch", { name: "Polling", exact: true }).focus();
  await page.keyboard.press("Space");
  assertEquals(await page.getByRole("switch", { name: "Polling", exact: true }).getAttribute("aria-checked"), "false");
  await page.getByRole("button", { name: "Start", exact: true }).focus();
  await page.keyboard.press("Enter");
  await seen.stated("websocket", "connected");
  await seen.stated("poll", "left out");
  await seen.stated("long-poll", "connected");
  const unnamed = await page.evaluate<number>(`[...document.querySelectorAll("button, select, [role=img], [role=log]")]
    .filter((one) => !(one.ariaLabel || one.labels?.length || one.innerText)).length`);
  assertEquals(unnamed, 0);
  assertEquals(others(seen, GONE), []);
});

for (const [screen, look] of [["a desk", {}], ["a phone", { width: 390, height: 844, isPhone: true }]] as const) {
  inChromium(`on ${screen} nothing scrolls sideways, and nothing jumps`, async ({ browser, server }) => {
    await using seen = await ComparePage.open(browser, server.url, look);
    for (const lane of LANES) await seen.received(lane, 20);
    const { content, view } = await seen.page.evaluate<{ content: number; view: number }>(
      `({ content: document.documentElement.scrollWidth, view: document.documentElement.clientWidth })`,
    );
    assertLessOrEqual(content, view);
    assertEquals(await seen.shifts(), []);
    assertEquals(seen.complaints, []);
  });
}

inChromium(
  "for who wants less motion, figures change once a second, and nothing moves",
  async ({ browser, server }) => {
    await using seen = await ComparePage.open(browser, server.url, { isCalm: true });
    const changes = await seen.page.evaluate<readonly number[]>(`new Promise((resolve) => {
    const changes = [];
    new MutationObserver(() => {
      if (changes.push(performance.now()) === 4) resolve(changes);
    }).observe(document.querySelector("th.of-websocket"), { attributeFilter: ["data-sums"] });
  })`);
    const gaps = changes.slice(1).map((at, index) => at - changes[index]!);
    for (const gap of gaps) assertLess(800, gap);
    assertEquals(
      await seen.page.evaluate(`getComputedStyle(document.querySelector(".controls button")).transitionDuration`),
      "0s",
    );
  },
);

inChromium("all that the page loads, with the client's modules, is less than 75 kB", async ({ browser, server }) => {
  await using proxy = new CountingProxy(server.port);
  await using seen = await ComparePage.open(browser, proxy.url);
  for (const lane of LANES) await seen.stated(lane, "connected");
  await seen.page.getByRole("button", { name: "Connect the client" }).click();
  await seen.page.locator("[data-transport=websocket]").waitFor();
  const loaded = await seen.page.evaluate<readonly (readonly [string, number])[]>(`performance.getEntries()
    .filter(({ name }) => /\\.(js|css)$|\\/compare$/.test(name))
    .map(({ name, transferSize }) => [new URL(name).pathname, transferSize])`);
  assertEquals(
    loaded.map(([path]) => path).sort(),
    ["/_sockeye/client.js", "/_sockeye/poll.js", "/compare", "/compare/page.css", "/compare/page.js"],
  );
  assert(loaded.every(([, bytes]) => bytes > 0));
  assertLess(loaded.reduce((sum, [, bytes]) => sum + bytes, 0), 75_000);
});

/** Resolves when nothing has passed for a while. */
async function quiet(proxy: CountingProxy): Promise<void> {
  let [passed, since] = [-1, performance.now()];
  await until(() => {
    if (proxy.up + proxy.down !== passed) [passed, since] = [proxy.up + proxy.down, performance.now()];
    return performance.now() - since > 400;
  }, "something still passes");
}

Deno.test({
  name: "the page at /compare, as a visitor sees it in Chromium",
  ...requires("chromium"),
  async fn(test) {
    await using server = await startServer();
    const browser = await launchChromium();
    try {
      for (const [name, tell] of STORIES) await test.step(name, () => tell({ browser, server }));
    } finally {
      await browser.close();
    }
  },
});
