import { assertEquals } from "@std/assert";
import { rareWarning } from "../../lib/gateway/rare_warning.ts";

Deno.test("rareWarning tells the first at once, and then once a minute how many there were", () => {
  let now = 0;
  const told: unknown[] = [];
  const warn = rareWarning("it failed", { warn: (message, fields) => told.push([message, fields]) }, {
    now: () => now,
  });
  warn({ reason: "a" });
  for (let at = 0; at < 5; at++) warn({ reason: "b" });
  assertEquals(told, [["it failed", { times: 1, reason: "a" }]]);
  now = 60_000;
  warn({ reason: "c" });
  assertEquals(told.slice(1), [["it failed", { times: 6, reason: "c" }]]);
});
