/** A page in Chromium whose socket stays open across a deploy and a rollback. @module */
import { assert, assertEquals } from "@std/assert";
import { launchChromium } from "../clients/chromium.ts";
import { command, counterRoute, Workshop } from "../support/deploy_server.ts";
import { requires } from "../support/requires.ts";
import { TalkingPage } from "./talking_page.ts";

Deno.test({
  name: "a page's socket stays open across a deploy and a rollback, with its counter intact",
  ...requires("chromium"),
  async fn() {
    await using here = await Workshop.open();
    const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }));
    const two = await here.routes("two", { "index.ts": counterRoute("two") });
    const browser = await launchChromium();
    try {
      const talking = await TalkingPage.open(browser, `${server.process.url}/`);
      assertEquals(await talking.ask(), "one 1");
      const deployed = await command("deploy", ["--routes", two, "--to", server.admin]);
      assertEquals(deployed.code, 0, deployed.output);
      assertEquals(await talking.ask(), "two 2");
      const visitor = await browser.newPage();
      await visitor.goto(`${server.process.url}/`);
      assertEquals(await visitor.title(), "two");
      const back = await command("rollback", ["--to", server.admin]);
      assertEquals(back.code, 0, back.output);
      assertEquals(await talking.ask(), "one 3");
      assert(await talking.isOpen());
      // A page has no business at the admin listener, whatever it knows.
      const status = await talking.page.evaluate(
        `fetch(${JSON.stringify(server.admin)} + "/drain", { method: "POST", mode: "no-cors" })
        .then((response) => response.type, () => "failed")`,
      );
      assertEquals(["opaque", "failed"].includes(String(status)), true);
      assertEquals(await talking.ask(), "one 4");
      assertEquals(await (await server.process.fetch("/ready")).text(), "ok\n");
    } finally {
      await browser.close();
    }
  },
});
