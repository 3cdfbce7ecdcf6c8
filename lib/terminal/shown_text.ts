/**
 * Text from elsewhere as it may reach a terminal: nothing in it moves the cursor, changes colours or hides anything.
 *
 * @module
 */

/**
 * C0 and C1 controls and DEL; what turns the direction of writing; line separators; what is invisible. A tab is harmless,
 * and so are the joiners U+200C and U+200D, which Persian and pictures of families need.
 */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\x1b": "\\e", "\0": "\\0" };

/** The text on as many lines as it has; those after the first begin with `indent`, so that none poses as a new message. */
export function shownText(text: string, indent = "  "): string {
  return text.replaceAll(UNSAFE, escaped).replaceAll("\n", `\n${indent}`);
}

/** The text on one line. */
export function shownLine(text: string): string {
  return text.replaceAll(UNSAFE, escaped).replaceAll("\n", "\\n");
}

/** At most so many characters of the text, on one line, in quotes. */
export function preview(text: string, maxChars: number): string {
  const shown = text.length > maxChars ? text.slice(0, maxChars) : text;
  return `"${shownLine(shown)}"${shown.length < text.length ? "…" : ""}`;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT[character] ??
    (code > 0xff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\x${code.toString(16).padStart(2, "0")}`);
}
