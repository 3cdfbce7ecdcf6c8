/**
 * JSON on several lines for people. Only whitespace is changed: a number keeps all its digits.
 *
 * @module
 */

/**
 * The text with two spaces for each level; undefined when it is no JSON.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { indentJson } from "./json_text.ts";
 *
 * assertEquals(indentJson('{"id":12345678901234567890}'), '{\n  "id": 12345678901234567890\n}');
 * ```
 */
export function indentJson(text: string): string | undefined {
  if (jsonFault(text) !== undefined) return undefined;
  let out = "";
  let depth = 0;
  const newLine = (): string => `\n${"  ".repeat(depth)}`;
  const tokens = text.match(TOKEN) ?? [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token === "{" || token === "[") {
      const closing = token === "{" ? "}" : "]";
      if (tokens[at + 1] === closing) {
        out += token + closing;
        at++;
        continue;
      }
      depth++;
      out += token + newLine();
    } else if (token === "}" || token === "]") {
      depth--;
      out += newLine() + token;
    } else if (token === ",") out += token + newLine();
    else if (token === ":") out += ": ";
    else out += token;
  }
  return out;
}

/** What is wrong with the text as JSON; undefined when nothing is. */
export function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A string, a bracket, a comma, a colon, or a number or word. The text is known to be JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
