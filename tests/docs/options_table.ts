/**
 * Writes the options table into the README; the test beside it compares the two.
 *
 * @module
 */
import { optionsTable } from "../../lib/gateway/mod.ts";

const README = new URL("../../README.md", import.meta.url);
const BETWEEN = /(<!-- options:begin [^\n]*-->\n)[\s\S]*?(<!-- options:end -->)/;

/** The README's text with the table as the code has it. */
export function withOptionsTable(readme: string): string {
  if (!BETWEEN.test(readme)) throw new Error("README.md has no options:begin and options:end comments");
  return readme.replace(BETWEEN, (_all, begin: string, end: string) => `${begin}\n${optionsTable().trim()}\n\n${end}`);
}

if (import.meta.main) await Deno.writeTextFile(README, withOptionsTable(await Deno.readTextFile(README)));
