import { assertEquals, assertRejects } from "@std/assert";
import { RECENT_MS, RecentText } from "../../lib/deploy/recent_text.ts";

Deno.test("RecentText is made once for all who ask within a second, and for those who ask meanwhile", async () => {
  let [now, count] = [5, 0];
  const recent = new RecentText(() => Promise.resolve(`text ${++count}`), () => now);
  assertEquals(await Promise.all([recent.get(), recent.get()]), ["text 1", "text 1"]);
  now += RECENT_MS - 1;
  assertEquals(await recent.get(), "text 1");
  now++;
  assertEquals([await recent.get(), await recent.get()], ["text 2", "text 2"]);
});

Deno.test("RecentText: what could not be made is tried again by who asks next", async () => {
  let problem: Error | undefined = new Error("not now");
  const make = () => {
    if (problem !== undefined) throw problem;
    return "text";
  };
  const recent = new RecentText(make, () => 0);
  const both = [recent.get(), recent.get()];
  for (const one of both) await assertRejects(() => one, Error, "not now");
  problem = undefined;
  assertEquals(await recent.get(), "text");
});
