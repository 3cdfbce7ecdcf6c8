import { assertEquals } from "@std/assert";
import { askedToAnswer, askedToUpgrade, overdueReason } from "../../lib/gateway/asked_route.ts";
import { parseRequestHead } from "../../lib/http/mod.ts";

const BYTES = new TextEncoder().encode("GET /rooms/red HTTP/1.1\r\nHost: localhost\r\n\r\n");
const HEAD = parseRequestHead(BYTES, 0, BYTES.length, { maxHeadBytes: 1000, maxHeaderFields: 10 });

Deno.test("askedToUpgrade and askedToAnswer name the option whose time runs, and the latter the route", () => {
  const [upgrade, answer] = [askedToUpgrade(HEAD), askedToAnswer(HEAD, "/rooms/[room]")];
  assertEquals([upgrade.isUpgrade, answer.isUpgrade], [true, false]);
  assertEquals([upgrade.overdue.includes(upgrade.limit), answer.overdue.includes(answer.limit)], [true, true]);
  assertEquals(answer.overdue, "The route /rooms/[room] did not answer within responseTimeoutMs: try again later.");
});

Deno.test("overdueReason is a TimeoutError that names the option", () => {
  const reasons = [askedToUpgrade(HEAD), askedToAnswer(HEAD)].map(overdueReason);
  assertEquals(reasons.map(({ name }) => name), ["TimeoutError", "TimeoutError"]);
  assertEquals(reasons.map(({ message }) => message.split(": ")[1]), [
    "upgradeTimeoutMs has passed",
    "responseTimeoutMs has passed",
  ]);
});
