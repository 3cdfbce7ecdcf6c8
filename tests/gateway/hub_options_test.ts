/** The options of topics. @module */
import { assertEquals } from "@std/assert";
import { HUB_OPTIONS } from "../../lib/gateway/hub_options.ts";
import { readText, shown } from "../../lib/gateway/option_values.ts";

Deno.test("the URL of a broker has its own scheme, and its password is shown to nobody", () => {
  assertEquals(readText(HUB_OPTIONS.natsUrl, "nats://user:secret@127.0.0.1:4222").ok, true);
  assertEquals(readText(HUB_OPTIONS.redisUrl, "rediss://127.0.0.1").ok, true);
  assertEquals(readText(HUB_OPTIONS.redisUrl, "nats://127.0.0.1").ok, false);
  assertEquals(shown("redis://user:secret@127.0.0.1"), '"redis://...@127.0.0.1"');
});
