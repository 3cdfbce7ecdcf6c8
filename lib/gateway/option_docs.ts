/**
 * The README's table of options, made from the rows in code.
 *
 * @module
 */
import type { OptionSpec } from "./option_spec.ts";
import { envOf, flagOf, OPTION_NAMES, specOf } from "./option_table.ts";
import type { OptionName } from "./option_table.ts";
import { defaultText } from "./option_values.ts";

const HEADINGS = ["Option", "Default", "What it is", "Over the limit", "Flag", "Environment", "Per route"] as const;

/** The table in Markdown, its columns aligned as `deno fmt` aligns them, ending in a line feed. */
export function optionsTable(): string {
  const rows = [HEADINGS, ...OPTION_NAMES.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lineOf = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = lineOf(widths.map((width) => "-".repeat(width)));
  const [heading, ...lines] = rows.map(lineOf);
  return [heading, rule, ...lines].join("\n") + "\n";
}

function cellsOf(name: OptionName): readonly string[] {
  const spec = specOf(name);
  return [
    `\`${name}\``,
    defaultCell(spec),
    spec.doc,
    spec.consequence,
    `\`${flagOf(name)}\``,
    `\`${envOf(name)}\``,
    spec.perRoute ? "yes" : "",
  ];
}

/** A number as a config file writes it, and in its largest unit where that reads better. */
function defaultCell(spec: OptionSpec): string {
  const text = defaultText(spec);
  if (spec.kind !== "integer" || spec.defaultDoc !== undefined) return text;
  const number = String(spec.default);
  return text === number ? number : `${number} (${text})`;
}
