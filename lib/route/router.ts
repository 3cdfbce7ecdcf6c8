/**
 * `Router`: from a request's path to what stands at it.
 *
 * @module
 */
import { parsePattern, type Segment } from "./pattern.ts";

/** One thing to route to. */
export interface RouterEntry<T> {
  /** `/rooms/[room]`; see `parsePattern`. */
  readonly pattern: string;
  readonly value: T;
  /** Named when two entries are in conflict. */
  readonly file: string;
}

/** What a path led to. */
export interface RouteMatch<T> {
  readonly value: T;
  /** Percent-decoded values by name. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * An immutable set of patterns.
 *
 * At every segment fixed text beats a parameter and a parameter beats the rest, with a step back where that leads
 * nowhere. A trailing slash means nothing. Parameters take one segment that is not empty; `%2F` stays inside it and is
 * "/" in the value. `[...rest]` takes one segment or more, the first not empty, and gives them decoded and joined with
 * "/". Letters count with their case. A path with a dot segment (`.`, `..`, encoded or not) matches nothing.
 *
 * @example
 * ```ts
 * import { Router } from "./router.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const router = new Router([
 *   { pattern: "/rooms/[room]", value: "a room", file: "rooms/[room].ts" },
 *   { pattern: "/rooms/lobby", value: "the lobby", file: "rooms/lobby.ts" },
 * ]);
 *
 * assertEquals(router.match("/rooms/lobby/"), { value: "the lobby", params: {} });
 * assertEquals(router.match("/rooms/a%20b"), { value: "a room", params: { room: "a b" } });
 * assertEquals(router.match("/"), undefined);
 * ```
 */
export class Router<T> {
  /** Fixed paths as they come over the wire, with and without the trailing slash: the hot way. */
  readonly #fixed = new Map<string, RouteMatch<T>>();
  readonly #root: Node<T> = newNode();

  /**
   * @throws {TypeError} for a pattern that is none.
   * @throws {Error} when two patterns match the same paths; it names both files.
   */
  constructor(entries: Iterable<RouterEntry<T>>) {
    for (const entry of entries) this.#add(entry);
  }

  /**
   * Finds what stands at a path.
   *
   * @param path as it came in the request, percent-encoded, without query. It is never an error: what does not start
   * with "/" and what is not valid percent-encoding matches nothing; ask {@linkcode isMalformedPath} to tell 400 from
   * 404.
   */
  match(path: string): RouteMatch<T> | undefined {
    const fixed = this.#fixed.get(path);
    if (fixed !== undefined) return fixed;
    const segments = decodeSegments(path);
    if (segments === undefined) return undefined;
    const leaf = find(this.#root, segments, 0);
    return leaf === undefined ? undefined : { value: leaf.value, params: paramsOf(leaf.segments, segments) };
  }

  #add(entry: RouterEntry<T>): void {
    const { segments, source } = parsePattern(entry.pattern);
    const leaf: Leaf<T> = { value: entry.value, file: entry.file, segments };
    let node = this.#root;
    for (const segment of segments) {
      if (segment.kind === "rest") {
        refuseConflict(source, node.rest, leaf);
        node.rest = leaf;
        return;
      }
      node = childFor(node, segment);
    }
    refuseConflict(source, node.leaf, leaf);
    node.leaf = leaf;
    this.#addFixed(segments, entry.value);
  }

  /** Paths whose texts need no encoding are found by one look into a map. */
  #addFixed(segments: readonly Segment[], value: T): void {
    let path = "";
    for (const segment of segments) {
      if (segment.kind !== "static" || /[%/]/.test(segment.text)) return;
      path += `/${segment.text}`;
    }
    const match = { value, params: NO_PARAMS };
    this.#fixed.set(`${path}/`, match);
    if (path !== "") this.#fixed.set(path, match);
  }
}

/**
 * True when a path holds a percent sign that does not start the encoding of UTF-8 text: a request for it deserves 400.
 *
 * @example
 * ```ts
 * import { isMalformedPath } from "./router.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isMalformedPath("/100%"), true);
 * assertEquals(isMalformedPath("/100%25"), false);
 * ```
 */
export function isMalformedPath(path: string): boolean {
  return path.includes("%") && decoded(path) === undefined;
}

/** A place in the tree. Each is visited at most once for a path, so a match takes no longer than the tree is large. */
interface Node<T> {
  readonly children: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  rest: Leaf<T> | undefined;
  leaf: Leaf<T> | undefined;
}

interface Leaf<T> {
  readonly value: T;
  readonly file: string;
  readonly segments: readonly Segment[];
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

function newNode<T>(): Node<T> {
  return { children: new Map(), parameter: undefined, rest: undefined, leaf: undefined };
}

function childFor<T>(node: Node<T>, segment: Exclude<Segment, { kind: "rest" }>): Node<T> {
  if (segment.kind === "parameter") return node.parameter ??= newNode();
  let child = node.children.get(segment.text);
  if (child === undefined) node.children.set(segment.text, child = newNode());
  return child;
}

function refuseConflict<T>(pattern: string, present: Leaf<T> | undefined, added: Leaf<T>): void {
  if (present === undefined) return;
  throw new Error(
    `two routes stand at "${pattern}": ${present.file} and ${added.file} match the same paths; ` +
      "move, rename or delete one of them",
  );
}

/** Recursion ends with the tree's depth, which the patterns decide and no request can. */
function find<T>(node: Node<T>, segments: readonly string[], at: number): Leaf<T> | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.leaf;
  const child = node.children.get(segment);
  const leaf = child && find(child, segments, at + 1);
  if (leaf !== undefined || segment === "") return leaf;
  return (node.parameter && find(node.parameter, segments, at + 1)) ?? node.rest;
}

function paramsOf(pattern: readonly Segment[], segments: readonly string[]): Readonly<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const [at, segment] of pattern.entries()) {
    if (segment.kind === "parameter") params[segment.name] = segments[at] ?? "";
    else if (segment.kind === "rest") params[segment.name] = segments.slice(at).join("/");
  }
  return params;
}

/** Splits first and decodes then, so that an encoded slash stays inside its segment. */
function decodeSegments(path: string): string[] | undefined {
  if (!path.startsWith("/")) return undefined;
  if (path === "/") return [];
  const segments = path.slice(1, path.endsWith("/") ? -1 : undefined).split("/");
  const isEncoded = path.includes("%");
  for (let at = 0; at < segments.length; at++) {
    const segment = isEncoded ? decoded(segments[at] ?? "") : segments[at];
    // RFC 3986 §5.2.4: `.` and `..` are not names; what still holds one was never resolved, so nothing may match it.
    if (segment === undefined || segment === "." || segment === "..") return undefined;
    segments[at] = segment;
  }
  return segments;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // The one error it knows is a malformed escape; the caller turns it into an answer.
    return undefined;
  }
}
