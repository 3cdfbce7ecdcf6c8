/** Which form a log has, and where. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openLog } from "../../lib/observe/open_log.ts";

/** The one line of a log that is opened so. */
function lineOf(logFormat: string, surroundings: { readonly isTerminal: boolean; readonly noColor?: boolean }): string {
  const lines: string[] = [];
  const print = (text: string) => void lines.push(text);
  const log = openLog({ logLevel: "info", logFormat }, { noColor: false, ...surroundings, print });
  log.info("a", { b: 1, at: "/routes/a.ts?v=3:1:2" });
  assertEquals(lines.length, 1);
  return lines[0]!;
}

const BOLD = "\x1b[1m";

Deno.test("openLog: auto is text in a terminal and JSON otherwise; what was chosen holds in both", () => {
  for (const logFormat of ["auto", ""]) {
    assertStringIncludes(lineOf(logFormat, { isTerminal: true }), BOLD);
    assertEquals(JSON.parse(lineOf(logFormat, { isTerminal: false })).message, "a");
  }
  assertEquals(JSON.parse(lineOf("json", { isTerminal: true })).message, "a");
  assertMatch(lineOf("text", { isTerminal: false }), /^\d{4}-\S+Z info {2}a b=1 /);
});

Deno.test("openLog: with NO_COLOR, and elsewhere than in a terminal, text has no colours", () => {
  assertMatch(lineOf("text", { isTerminal: true, noColor: true }), /^[\d:.]{12} info {2}a b=1 /);
  assertStringIncludes(lineOf("text", { isTerminal: true }), BOLD);
});

Deno.test("openLog: what development adds to the URLs of modules is left out in both forms", () => {
  assertStringIncludes(lineOf("text", { isTerminal: false }), 'at="/routes/a.ts:1:2"');
  assertEquals(JSON.parse(lineOf("json", { isTerminal: false })).fields.at, "/routes/a.ts:1:2");
});
