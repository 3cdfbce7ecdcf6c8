/** Our client in a page of Chromium, with the real server: what it sleeps through, it gets. @module */
import { assertEquals } from "@std/assert";
import { launchChromium } from "../clients/chromium.ts";
import { requires } from "../support/requires.ts";
import { ClientPage } from "./client_page.ts";

type Story = (here: ClientPage) => Promise<void>;

const STORIES: (readonly [name: string, tell: Story, keeps: boolean])[] = [];

const inChromium = (name: string, tell: Story, keeps = false): void => void STORIES.push([name, tell, keeps]);

inChromium("it subscribes, gets what is published, sends, asks, and is answered", async (here) => {
  await here.post("before");
  await here.connect();
  await here.post("one");
  await here.page.evaluate(`socket.send("hi")`);
  await here.until("seen.messages.length === 2");
  assertEquals(await here.page.evaluate(`socket.request("?")`), "echo ?");
  const blob = await here.page.evaluate(`new Promise((resolve) => {
    socket.onmessage = ({ data }) => data.text().then((text) => resolve([data instanceof Blob, text]));
    socket.send(new Blob(["a", "b"]));
  })`);
  assertEquals(blob, [true, "ab"]);
  assertEquals(await here.page.evaluate(`topic.members()`), []);
  const refused = `new Promise((resolve) => socket.subscribe("secret").addEventListener("error", resolve))
    .then(({ error }) => error.code)`;
  assertEquals(await here.page.evaluate(refused), "forbidden");
  const { messages, events } = await here.seen();
  assertEquals([messages.slice(0, 2), events], [["one", "hi"], ["open"]]);
});

inChromium("offline it waits for the network, and then gets what it missed, each once", async (here) => {
  await here.connect();
  await here.post("one");
  await here.until("seen.messages.length === 1");
  await here.setOffline(true);
  await here.drop();
  await here.until(`seen.events.length === 2`);
  await here.page.evaluate(`socket.send("sent while away")`);
  await here.post("two", "three");
  assertEquals(await here.page.evaluate("socket.readyState"), 0);
  await here.setOffline(false);
  await here.until("seen.messages.length === 4");
  assertEquals(await here.seen(), {
    events: ["open", "away 1006 paused", "open"],
    messages: ["one", "two", "three", "sent while away"],
    recovered: [false, true],
  });
});

inChromium("a page that is frozen while its connection is lost comes back as soon as it is not", async (here) => {
  await here.connect();
  await here.post("one");
  await here.until("seen.messages.length === 1");
  await here.setState("frozen");
  await here.drop();
  await here.post("two", "three");
  await here.setState("active");
  await here.until("seen.messages.length === 3");
  const { messages, recovered } = await here.seen();
  assertEquals([messages, recovered], [["one", "two", "three"], [false, true]]);
});

inChromium("a page that is frozen and keeps its connection goes on with it", async (here) => {
  await here.connect();
  await here.setState("frozen");
  await here.post("one", "two");
  await here.setState("active");
  await here.until("seen.messages.length === 2");
  // Answered, the probe has done no harm.
  assertEquals(await here.page.evaluate(`socket.request("?")`), "echo ?");
  assertEquals((await here.seen()).recovered, (await here.seen()).events.length === 1 ? [false] : [false, true]);
});

inChromium("hidden it does not try, and what was too much to keep is told", async (here) => {
  await here.connect();
  await here.setHidden(true);
  await here.drop();
  await here.until(`seen.events.length === 2`);
  await here.post("1", "2", "3", "4", "5", "6");
  await here.setHidden(false);
  await here.until("seen.recovered.length === 2");
  await here.post("7");
  await here.until("seen.messages.length === 1");
  assertEquals(await here.seen(), {
    events: ["open", "away 1006 paused", "open"],
    messages: ["7"],
    recovered: [false, false],
  });
});

inChromium("a page that is left lets go, and is back when it is shown again", async (here) => {
  await here.connect();
  await here.page.evaluate(`dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`);
  assertEquals(await here.page.evaluate("socket.readyState"), 0);
  await here.post("one");
  await here.page.evaluate(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`);
  await here.until("seen.messages.length === 1");
  assertEquals((await here.seen()).events, ["open", "away 1006 paused", "open"]);
});

for (const [signal, code] of [["SIGTERM", 1012], ["SIGKILL", 1006]] as const) {
  inChromium(
    `a server that is started again after ${signal} is come back to; histories that it forgot are told`,
    async (here) => {
      await here.connect();
      await here.post("one");
      await here.until("seen.messages.length === 1");
      await here.restart(signal);
      await here.until("seen.recovered.length === 2");
      await here.post("two");
      await here.until("seen.messages.length === 2");
      const { events, messages, recovered } = await here.seen();
      assertEquals([events[1], events.at(-1)], [`away ${code}`, "open"]);
      assertEquals([messages, recovered], [["one", "two"], [false, false]]);
    },
  );
}

inChromium("a server that keeps its histories may be killed: nothing is missed", async (here) => {
  await here.connect();
  await here.post("one");
  await here.until("seen.messages.length === 1");
  await here.setHidden(true);
  await here.post("two");
  await here.restart("SIGKILL");
  await here.post("three");
  await here.setHidden(false);
  await here.until("seen.messages.length === 3");
  const { messages, recovered } = await here.seen();
  assertEquals([messages, recovered], [["one", "two", "three"], [false, true]]);
}, true);

inChromium("a token that has gone stale is asked for once more; the second time in a row it is over", async (here) => {
  await here.connect();
  await here.page.evaluate(`tokens = ["stale", "good"]`);
  await here.drop();
  await here.until(`seen.events.at(-1) === "open" && seen.events.length > 1`);
  assertEquals((await here.seen()).events, ["open", "away 1006", "away 4403", "open"]);
  await here.page.evaluate(`tokens = ["stale"]`);
  await here.drop();
  await here.until(`seen.events.at(-1) === "close 4403"`);
  assertEquals(await here.page.evaluate("socket.readyState"), 3);
});

inChromium("close is for good", async (here) => {
  await here.connect();
  await here.page.evaluate(`socket.close(1000, "bye")`);
  await here.until(`seen.events.at(-1) === "close 1000"`);
  assertEquals((await here.seen()).events, ["open", "close 1000"]);
});

inChromium("close without a code is for good as well", async (here) => {
  await here.connect();
  await here.page.evaluate("socket.close()");
  await here.until(`seen.events.at(-1) === "close 1005"`);
  assertEquals((await here.seen()).events, ["open", "close 1005"]);
});

Deno.test({
  name: "our client, in Chromium",
  ...requires("chromium"),
  async fn(test) {
    const browser = await launchChromium();
    try {
      for (const [name, tell, keeps] of STORIES) {
        await test.step(name, async () => {
          await using here = await ClientPage.open(browser, keeps);
          await tell(here);
        });
      }
    } finally {
      await browser.close();
    }
  },
});
