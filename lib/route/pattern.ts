/**
 * Path patterns: `/rooms/[room]`, and which pattern a file under `routes/` stands for.
 *
 * @module
 */

/** One segment of a pattern: fixed text, one parameter, or all that remains. */
export type Segment =
  | { readonly kind: "static"; readonly text: string }
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "rest"; readonly name: string };

/** A pattern taken apart. */
export interface Pattern {
  /** As it was written, without a trailing slash. */
  readonly source: string;
  /** In order; none for `/`. Texts are percent-decoded. */
  readonly segments: readonly Segment[];
}

/**
 * Takes a pattern apart: `[name]` is a parameter, `[...name]` in last place the rest (one segment or more), anything
 * else fixed text, which may be percent-encoded. A trailing slash means nothing.
 *
 * @throws {TypeError} that says what is wrong with which segment.
 *
 * @example
 * ```ts
 * import { parsePattern } from "./pattern.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePattern("/rooms/[room]").segments, [
 *   { kind: "static", text: "rooms" },
 *   { kind: "parameter", name: "room" },
 * ]);
 * ```
 */
export function parsePattern(pattern: string): Pattern {
  if (!pattern.startsWith("/")) throw patternError(pattern, 'it must start with "/"');
  if (pattern === "/") return { source: pattern, segments: [] };
  const source = pattern.endsWith("/") ? pattern.slice(0, -1) : pattern;
  const names = new Set<string>();
  const texts = source.slice(1).split("/");
  const segments = texts.map((text, index) => {
    const segment = parseSegment(pattern, text);
    if (segment.kind === "static") return segment;
    if (names.has(segment.name)) throw patternError(pattern, `the name "${segment.name}" stands in it twice`);
    names.add(segment.name);
    if (segment.kind === "rest" && index !== texts.length - 1) {
      throw patternError(pattern, `"${text}" takes all that remains, so it must be the last segment`);
    }
    return segment;
  });
  return { source, segments };
}

/**
 * The pattern a file stands for, or undefined when the file is not a route.
 *
 * `index` is the folder itself, `(group)` folders add no segment. Not routes: files and folders that start with `_` or
 * `.`, `*_test` and `*.test` files, declaration files, and everything but `.ts`, `.tsx`, `.js`, `.mjs` and `.mts`.
 * Whether the pattern is a good one is for {@linkcode parsePattern} to say.
 *
 * @param file path relative to the routes folder, with `/` or `\` between its parts.
 *
 * @example
 * ```ts
 * import { patternOfFile } from "./pattern.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(patternOfFile("rooms/[room].ts"), "/rooms/[room]");
 * assertEquals(patternOfFile("(site)/index.ts"), "/");
 * assertEquals(patternOfFile("rooms/_names.ts"), undefined);
 * ```
 */
export function patternOfFile(file: string): string | undefined {
  const parts = file.split(/[/\\]/);
  if (parts.some((part) => part === "" || part.startsWith("_") || (part.startsWith(".") && part !== ".well-known"))) {
    return undefined;
  }
  const stem = ROUTE_FILE.exec(parts.pop() ?? "")?.[1];
  if (stem === undefined || NOT_A_ROUTE.test(stem)) return undefined;
  const segments = parts.filter((part) => !isGroup(part));
  if (stem !== "index") segments.push(stem);
  return `/${segments.join("/")}`;
}

const ROUTE_FILE = /^(.+)\.(?:ts|tsx|js|mjs|mts)$/;
const NOT_A_ROUTE = /(?:_test|\.test|\.d)$/;
const NAME = /^[A-Za-z_][\w-]*$/;

function isGroup(part: string): boolean {
  return part.startsWith("(") && part.endsWith(")");
}

function parseSegment(pattern: string, text: string): Segment {
  if (text === "") throw patternError(pattern, "it has an empty segment");
  if (text.startsWith("[") && text.endsWith("]")) return parseParameter(pattern, text);
  if (text.includes("[") || text.includes("]")) {
    throw patternError(pattern, `in "${text}" the parameter must be the whole segment, as in "/files/[name]"`);
  }
  if (isGroup(text)) throw patternError(pattern, `"${text}" is the name of a group, which only a folder can be`);
  return { kind: "static", text: staticText(pattern, text) };
}

function parseParameter(pattern: string, text: string): Segment {
  const inner = text.slice(1, -1);
  const isRest = inner.startsWith("...");
  const name = isRest ? inner.slice(3) : inner;
  // A value stored under `__proto__` would be lost.
  if (!NAME.test(name) || name === "__proto__") {
    throw patternError(
      pattern,
      `"${text}" needs a name of letters, digits, "_" and "-" that starts with a letter or "_"` +
        (text.startsWith("[[") ? "; optional parameters do not exist: write one file for each path" : ""),
    );
  }
  return isRest ? { kind: "rest", name } : { kind: "parameter", name };
}

function staticText(pattern: string, text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch (cause) {
    throw patternError(pattern, `"${text}" is not valid percent-encoding (write "%25" for a percent sign)`, cause);
  }
  // RFC 3986 §5.2.4: dot segments are removed from a path before it is used, so no request could name one.
  if (decoded === "." || decoded === "..") throw patternError(pattern, `"${text}" can never be requested`);
  if (/[?#]/.test(text)) throw patternError(pattern, `"${text}" holds "?" or "#", which end a path`);
  return decoded;
}

function patternError(pattern: string, problem: string, cause?: unknown): TypeError {
  return new TypeError(`"${pattern}" is not a route pattern: ${problem}`, cause === undefined ? undefined : { cause });
}
