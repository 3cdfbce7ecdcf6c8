import { assertEquals, assertMatch } from "@std/assert";
import { ageText, bytesText, closeWords, countText, timeText } from "../../../../lib/observe/inspector/page/format.ts";

Deno.test("bytesText has three digits at most above a kibibyte", () => {
  const cases = [[0, "0 B"], [1023, "1023 B"], [1536, "1.5 KiB"], [20_480, "20 KiB"], [
    5 * 2 ** 30,
    "5.0 GiB",
  ]] as const;
  for (const [bytes, text] of cases) assertEquals(bytesText(bytes), text);
});

Deno.test("ageText has two units at most, and is never below zero", () => {
  const cases = [[-5, "0 s"], [59_999, "59 s"], [60_000, "1 min"], [12_000_000, "3 h 20 min"], [
    200_000_000,
    "2 d",
  ]] as const;
  for (const [ms, text] of cases) assertEquals(ageText(ms), text);
});

Deno.test("timeText has milliseconds, in the visitor's zone", () => {
  assertMatch(timeText(Date.UTC(2026, 0, 1, 12, 34, 56, 7)), /^\d\d:\d\d:56\.007$/);
});

Deno.test("closeWords knows the registered codes; countText knows one from many", () => {
  assertEquals([closeWords(1006), closeWords(4999)], ["no closing handshake", ""]);
  assertEquals([countText(1, "frame"), countText(2000, "frame"), countText(2, "entry", "entries")], [
    "1 frame",
    "2,000 frames",
    "2 entries",
  ]);
});
