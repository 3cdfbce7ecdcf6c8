/** The defaults are those of docs/PROTOCOL.md, and docs/CLIENT.md tells them. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { CLIENT_DEFAULTS } from "../../lib/client/options.ts";

Deno.test("the waits are those of docs/PROTOCOL.md", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/PROTOCOL.md", import.meta.url));
  const { minWaitMs, maxWaitMs } = CLIENT_DEFAULTS;
  assertStringIncludes(page, `min(${maxWaitMs / 1000} s, ${minWaitMs} ms × 2ⁿ)`);
});

Deno.test("docs/CLIENT.md tells the default of each option that has one", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/CLIENT.md", import.meta.url));
  const told = new Map(
    [...page.matchAll(/^\| `(\w+)` +\| ([^|]*?) +\|/gm)].map(([, name = "", text = ""]) => [name, text]),
  );
  for (const [name, value] of Object.entries(CLIENT_DEFAULTS)) {
    const number = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, " ");
    assertEquals([name, told.get(name)], [name, typeof value === "number" ? number(value) : String(value)]);
  }
});
