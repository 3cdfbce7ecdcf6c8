/**
 * The field lines of a message: ordered, repeated names kept apart.
 *
 * @module
 */

import { trimWhitespace } from "./field_value.ts";

/** One field line: name in lower case, value without the whitespace around it. */
export type FieldLine = readonly [name: string, value: string];

const NONE: readonly string[] = Object.freeze([]);

/**
 * The header section of a request, in order of arrival.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FieldLines } from "./mod.ts";
 *
 * const fields = new FieldLines([["accept", "text/html"], ["host", "a"], ["accept", "*" + "/*"]]);
 * assertEquals(fields.get("Accept"), "text/html, *" + "/*");
 * assertEquals(fields.all("host"), ["a"]);
 * ```
 */
export class FieldLines {
  readonly #lines: readonly FieldLine[];

  /**
   * Wraps field lines.
   *
   * @param lines names must be in lower case. The array is kept, not copied.
   */
  constructor(lines: readonly FieldLine[]) {
    this.#lines = lines;
  }

  /** Number of field lines. */
  get size(): number {
    return this.#lines.length;
  }

  /** The values of all lines with this name, joined by `", "` (RFC 9110 §5.3), or null without one. */
  get(name: string): string | null {
    const wanted = name.toLowerCase();
    let combined: string | null = null;
    for (const line of this.#lines) {
      if (line[0] === wanted) combined = combined === null ? line[1] : `${combined}, ${line[1]}`;
    }
    return combined;
  }

  /** The values of all lines with this name, in order. */
  all(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    let values: string[] | undefined;
    for (const line of this.#lines) {
      if (line[0] !== wanted) continue;
      // Mostly there is one: a literal has no room to spare, which made much of a handshake's garbage.
      if (values === undefined) values = [line[1]];
      else values.push(line[1]);
    }
    return values ?? NONE;
  }

  /** True with at least one line of this name. */
  has(name: string): boolean {
    const wanted = name.toLowerCase();
    for (const line of this.#lines) {
      if (line[0] === wanted) return true;
    }
    return false;
  }

  /** All lines in order. */
  entries(): readonly FieldLine[] {
    return this.#lines;
  }
}

/**
 * Reads the header section of a head once more that was checked before.
 *
 * @param text of `RequestHead`.
 * @param start where its first field line begins.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readFieldLines } from "./mod.ts";
 *
 * assertEquals(readFieldLines("GET / HTTP/1.1\r\nHost: a\r\nAccept:\t*\r\n\r\n", 16), [["host", "a"], ["accept", "*"]]);
 * ```
 */
export function readFieldLines(text: string, start: number): FieldLine[] {
  const lines: FieldLine[] = [];
  for (let at = start; !text.startsWith("\r\n", at);) {
    const colon = text.indexOf(":", at);
    const end = text.indexOf("\r\n", colon);
    lines.push([text.slice(at, colon).toLowerCase(), trimWhitespace(text, colon + 1, end)]);
    at = end + 2;
  }
  return lines;
}
