/** The page that ships, in a real browser: each console is tried as a visitor would. @module */
import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { requires } from "../support/requires.ts";
import { openSite, showConsole, type Site } from "./visit.ts";

type Story = (site: Site) => Promise<void>;

const STORIES: (readonly [name: string, tell: Story])[] = [];

const inChromium = (name: string, tell: Story): void => void STORIES.push([name, tell]);

inChromium("the page connects to the greeter at once, which greets and answers", async (site) => {
  await using seen = await site.visit();
  const greeter = await showConsole(seen.page, "/");
  await greeter.logged("Hello from Sockeye.");
  await greeter.send("ahoy");
  await greeter.logged("Got “ahoy”: 4 characters");
  await greeter.disconnect();
  assertEquals(seen.complaints, []);
});

inChromium("the /echo console sends text and bytes and measures a hundred round trips", async (site) => {
  await using seen = await site.visit();
  const echo = await showConsole(seen.page, "/echo");
  await echo.connect();
  await echo.send("<b>é😀</b>");
  await echo.log.getByText("<b>é😀</b>").nth(1).waitFor();
  await echo.field("Send as").selectOption("Hex bytes");
  await echo.send("00 ff 7f");
  await echo.log.getByText("00 ff 7f").nth(1).waitFor();
  await echo.button("Measure 100").click();
  await echo.logged(/100 round trips of 4 bytes: median .+, 99th percentile/);
  assertEquals(seen.complaints, []);
});

inChromium("the rooms console talks to a second window", async (site) => {
  await using seen = await site.visit();
  const ann = await showConsole(seen.page, "/rooms/…");
  await ann.field("Room").fill("e2e");
  await ann.field("Your name").fill("Ann");
  await ann.connect();
  await ann.logged("Ann joined (1 here)");
  const second = await seen.page.context().newPage();
  await second.goto(`${seen.server.url}/`);
  const bob = await showConsole(second, "/rooms/…");
  await bob.field("Room").fill("e2e");
  await bob.field("Your name").fill("Bob");
  await bob.connect();
  await ann.logged("Bob joined (2 here)");
  await bob.send("hi Ann");
  await ann.logged("Bob: hi Ann");
  await second.close();
  await ann.logged("Bob left (1 here)");
  assertEquals(seen.complaints, []);
});

inChromium("the /broadcast console gives to the other window what one sends", async (site) => {
  await using seen = await site.visit();
  const first = await showConsole(seen.page, "/broadcast");
  await first.connect();
  const second = await seen.page.context().newPage();
  await second.goto(`${seen.server.url}/`);
  const other = await showConsole(second, "/broadcast");
  await other.connect();
  await other.send("to all");
  await first.logged("to all");
  assertEquals(await other.log.getByText("to all").count(), 1, "the sender sees what it sent, once");
  assertEquals(seen.complaints, []);
});

inChromium("the /clock console shows the time as it is pushed", async (site) => {
  await using seen = await site.visit();
  const clock = await showConsole(seen.page, "/clock");
  await clock.connect();
  await clock.log.getByText(/"time":/).nth(1).waitFor();
  assertMatch(await clock.panel.locator(".face").innerText(), /^\d\d:\d\d:\d\d$/);
  assertEquals(seen.complaints, []);
});

inChromium("the console for a path of one's own says why it is not let in", async (site) => {
  await using seen = await site.visit();
  const own = await showConsole(seen.page, "your own");
  await own.field("Path").fill("/nowhere");
  await own.button("Connect").click();
  await own.logged("404");
  await own.field("Path").fill("/echo");
  await own.connect();
  await own.send("back");
  await own.log.getByText("back").nth(1).waitFor();
  // What a browser itself writes about a refused handshake is no fault of the page's.
  assertEquals(seen.complaints.filter((complaint) => !/\b404\b/.test(complaint)), []);
});

inChromium("a code and a reason are sent, and a code that no page may send is explained", async (site) => {
  await using seen = await site.visit();
  const echo = await showConsole(seen.page, "/echo");
  await echo.connect();
  await echo.panel.getByText("Close with a code").click();
  await echo.field("Code").fill("1002");
  await echo.button("Close").click();
  await echo.logged("a page may close with 1000 or 3000 to 4999 only");
  await echo.field("Code").fill("4242");
  await echo.field("Reason").fill("enough");
  await echo.button("Close").click();
  await echo.logged("Closed: 4242");
  assertEquals(seen.complaints, []);
});

inChromium(
  'the classic snippet, pasted into the console of a page: new WebSocket("ws://127.0.0.1:PORT")',
  async (site) => {
    await using seen = await site.visit();
    const received = await seen.page.evaluate<readonly string[]>(`new Promise((resolve, reject) => {
    const received = [];
    var ws = new WebSocket("ws://127.0.0.1:${seen.server.port}");
    ws.onopen = () => ws.send("hello");
    ws.onmessage = (event) => received.push(event.data) === 2 && resolve(received);
    ws.onerror = reject;
  })`);
    assertMatch(received[0] ?? "", /^Hello from Sockeye\./);
    assertMatch(received[1] ?? "", /^Got “hello”: 5 characters/);
    assertEquals(seen.complaints, []);
  },
);

inChromium("the snippet that the page shows names the server that served it", async (site) => {
  await using seen = await site.visit();
  const shown = await seen.page.locator("#classic-code").innerText();
  assertMatch(shown, new RegExp(`new WebSocket\\("ws://127\\.0\\.0\\.1:${seen.server.port}"\\)`));
});

inChromium("the handshake and the frame on the page are those of the RFC (§1.3, §5.7)", async (site) => {
  await using seen = await site.visit();
  await seen.page.getByText("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=").first().waitFor();
  await seen.page.getByLabel("Sec-WebSocket-Key").fill("not a key");
  await seen.page.locator("#key-note").filter({ hasText: /\S/ }).waitFor();
  assertEquals(await seen.page.locator("#frame-mask").innerText() !== "", true);
  assertEquals(seen.complaints, []);
});

inChromium("at 390 pixels nothing scrolls sideways, whatever is shown", async (site) => {
  await using seen = await site.visit({ width: 390, height: 844, isPhone: true });
  const { page } = seen;
  for (const label of ["/", "/echo", "/rooms/…", "/broadcast", "/clock", "your own"]) {
    const shown = await showConsole(page, label);
    if (label === "/echo") {
      await shown.connect();
      await shown.send("x".repeat(2000));
      await shown.panel.getByText("Close with a code").click();
    }
    const { content, view } = await page.evaluate<{ content: number; view: number }>(
      `({ content: document.documentElement.scrollWidth, view: document.documentElement.clientWidth })`,
    );
    assertLessOrEqual(content, view, `${label} is ${content} pixels wide`);
  }
  assertEquals(seen.complaints, []);
});

inChromium("the tabs are moved through with the arrow keys", async (site) => {
  await using seen = await site.visit();
  const first = await showConsole(seen.page, "/");
  await first.tab.press("ArrowRight");
  assertEquals(await seen.page.getByRole("tab", { name: "/echo, " }).getAttribute("aria-selected"), "true");
  await seen.page.keyboard.press("End");
  assertEquals(await seen.page.getByRole("tab", { name: "your own, " }).getAttribute("aria-selected"), "true");
  assertEquals(seen.complaints, []);
});

inChromium("the page is served under a policy that lets it run nothing else", async (site) => {
  await using seen = await site.visit();
  const thrown = await seen.page.evaluate<string>(`(async () => {
    const violated = new Promise((resolve) => addEventListener("securitypolicyviolation", resolve));
    const image = document.createElement("img");
    image.src = "/health";
    document.body.append(image);
    await violated;
    try {
      document.body.innerHTML = "<img src=x onerror=\\"document.title = 'taken'\\">";
    } catch (error) {
      return error.name;
    }
  })()`);
  assertEquals(thrown, "TypeError");
  assertMatch(seen.complaints.join(), /CSP: img-src/);
  assertEquals(await seen.page.title(), "Sockeye");
});

Deno.test({
  name: "the page, as a visitor sees it in Chromium",
  ...requires("chromium"),
  async fn(test) {
    await using site = await openSite();
    for (const [name, tell] of STORIES) await test.step(name, () => tell(site));
  },
});
