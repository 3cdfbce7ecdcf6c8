/** What SQLite says of a damaged file is known from what it says of a full disk. @module */
import { assertEquals } from "@std/assert";
import { HistoryError, isCorruption } from "../../lib/backplane/history_error.ts";

for (
  const [words, isDamage] of [
    ["file is not a database", true],
    ["database disk image is malformed", true],
    ["malformed database schema (topics)", true],
    ["database or disk is full", false],
    ["database is locked", false],
    ["disk I/O error", false],
  ] as const
) {
  Deno.test(`isCorruption holds "${words}" ${isDamage ? "" : "not "}for a damaged file`, () => {
    assertEquals(isCorruption(new Error(words)), isDamage);
  });
}

Deno.test("HistoryError has a name by which main.ts knows it", () => {
  assertEquals(new HistoryError("full").name, "HistoryError");
});
