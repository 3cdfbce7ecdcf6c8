import { assert, assertEquals, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isMalformedPath, type RouteMatch, Router } from "../../lib/route/router.ts";

/** A router whose values are its patterns. */
function routerOf(...patterns: readonly string[]): Router<string> {
  return new Router(patterns.map((pattern) => ({ pattern, value: pattern, file: `${pattern.slice(1)}.ts` })));
}

Deno.test("Router matches the root", () => {
  assertEquals(routerOf("/").match("/"), { value: "/", params: {} });
  assertEquals(routerOf("/").match("/a"), undefined);
  assertEquals(routerOf("/").match("//"), undefined);
});

Deno.test("Router lets fixed text beat a parameter and a parameter beat the rest", () => {
  const router = routerOf("/a/[x]", "/a/b", "/a/[...x]");
  assertEquals(router.match("/a/b")?.value, "/a/b");
  assertEquals(router.match("/a/c"), { value: "/a/[x]", params: { x: "c" } });
  assertEquals(router.match("/a/b/c"), { value: "/a/[...x]", params: { x: "b/c" } });
});

Deno.test("Router steps back where fixed text leads nowhere", () => {
  const router = routerOf("/a/b/c", "/a/[x]/d", "/[...all]");
  assertEquals(router.match("/a/b/d"), { value: "/a/[x]/d", params: { x: "b" } });
  assertEquals(router.match("/a/b/e"), { value: "/[...all]", params: { all: "a/b/e" } });
});

Deno.test("Router decides segment by segment, from the left", () => {
  const router = routerOf("/[x]/b", "/a/[...y]");
  assertEquals(router.match("/a/b")?.value, "/a/[...y]");
});

Deno.test("Router treats a trailing slash as the same route", () => {
  const router = routerOf("/a", "/rooms/[room]", "/files/[...path]");
  assertEquals(router.match("/a/")?.value, "/a");
  assertEquals(router.match("/rooms/x/"), { value: "/rooms/[room]", params: { room: "x" } });
  assertEquals(router.match("/files/x/y/"), { value: "/files/[...path]", params: { path: "x/y" } });
  assertEquals(router.match("/a//"), undefined);
});

Deno.test("Router decodes parameters and keeps %2F inside them", () => {
  const router = routerOf("/rooms/[room]", "/rooms/[room]/log");
  assertEquals(router.match("/rooms/a%2Fb%20%C3%A9+")?.params, { room: "a/b é+" });
  assertEquals(router.match("/rooms/a%2Flog")?.value, "/rooms/[room]");
});

Deno.test("Router compares fixed text decoded", () => {
  const router = routerOf("/caf%C3%A9", "/a%2Fb", "/plain");
  assertEquals(router.match("/caf%c3%a9")?.value, "/caf%C3%A9");
  assertEquals(router.match("/a%2fb")?.value, "/a%2Fb");
  assertEquals(router.match("/a/b"), undefined);
  assertEquals(router.match("/pl%61in")?.value, "/plain");
  assertEquals(router.match("/Plain"), undefined);
});

Deno.test("Router: a parameter takes one segment that is not empty", () => {
  const router = routerOf("/rooms/[room]");
  assertEquals(router.match("/rooms"), undefined);
  assertEquals(router.match("/rooms/"), undefined);
  assertEquals(router.match("/rooms//"), undefined);
  assertEquals(router.match("/rooms/a/b"), undefined);
});

Deno.test("Router: the rest takes one segment or more, the first not empty, decoded and joined", () => {
  const router = routerOf("/files/[...path]");
  assertEquals(router.match("/files"), undefined);
  assertEquals(router.match("/files/"), undefined);
  assertEquals(router.match("/files//a"), undefined);
  assertEquals(router.match("/files/a")?.params, { path: "a" });
  assertEquals(router.match("/files/a%20b//c%2Fd")?.params, { path: "a b//c/d" });
});

Deno.test("Router matches nothing for a malformed escape, and isMalformedPath tells it from a path without a route", () => {
  const router = routerOf("/[x]", "/[...all]", "/fixed");
  for (const path of ["/%", "/%4", "/%zz", "/%ff", "/fixed/%C3", "/%C0%80"]) {
    assertEquals(router.match(path), undefined, path);
    assert(isMalformedPath(path), path);
  }
  for (const path of ["/", "/a", "/%41", "/%C3%A9", "/a/b%20c"]) assert(!isMalformedPath(path), path);
});

Deno.test("Router matches nothing for a dot segment, encoded or not (RFC 3986 §5.2.4)", () => {
  const router = routerOf("/a/[x]", "/a/[...rest]");
  for (const path of ["/a/..", "/a/.", "/a/%2e%2E", "/a/b/../c", "/a/%2e/c"]) {
    assertEquals(router.match(path), undefined, path);
  }
  assertEquals(router.match("/a/...")?.params, { x: "..." });
});

Deno.test("Router matches nothing for what is no path", () => {
  const router = routerOf("/", "/[...all]");
  for (const path of ["", "*", "a", "http://a/b"]) assertEquals(router.match(path), undefined, path);
});

Deno.test("Router names both files when two patterns match the same paths", () => {
  const conflicts = [
    ["/a", "/a/"],
    ["/rooms/[room]", "/rooms/[name]"],
    ["/[...a]", "/[...b]"],
    ["/[x]/b/[y]", "/[y]/b/[x]"],
    ["/a", "/%61"],
  ];
  for (const [first = "", second = ""] of conflicts) {
    const error = assertThrows(
      () =>
        new Router([{ pattern: first, value: 1, file: "one.ts" }, { pattern: second, value: 2, file: "(x)/two.ts" }]),
      Error,
      "match the same paths",
    );
    assert(error.message.includes("one.ts and (x)/two.ts"), error.message);
  }
});

Deno.test("Router: names of parameters belong to their own pattern", () => {
  const router = routerOf("/[a]/x", "/[b]/y");
  assertEquals(router.match("/1/x")?.params, { a: "1" });
  assertEquals(router.match("/1/y")?.params, { b: "1" });
});

Deno.test("Router gives the same match for a fixed path each time: nothing is allocated", () => {
  const router = routerOf("/a/b");
  assertStrictEquals(router.match("/a/b"), router.match("/a/b"));
});

Deno.test("Router: hostile paths stay linear", () => {
  const patterns = ["/x"];
  // All ways to choose text or parameter twelve times over: a match that visited each way would take 2^12 steps a try.
  for (let bits = 0; bits < 1 << 12; bits++) {
    patterns.push("/" + Array.from({ length: 12 }, (_, at) => bits >> at & 1 ? "a" : `[p${at}]`).join("/") + "/end");
  }
  const router = routerOf(...patterns);
  const dead = "/a".repeat(12) + "/dead";
  const long = "/a".repeat(10_000);
  const rest = routerOf("/[...all]");
  const started = performance.now();
  for (let round = 0; round < 20; round++) {
    assertEquals(router.match(dead), undefined);
    assertEquals(router.match(long), undefined);
    assertEquals(rest.match(long)?.params.all?.length, 19_999);
    assertEquals(rest.match("/".repeat(16_000)), undefined);
    assertEquals(rest.match("/a" + "%2F".repeat(5_000))?.params.all?.length, 5_001);
  }
  // 20 rounds take about 50 ms; what is exponential takes minutes.
  assertLess(performance.now() - started, 5_000);
});

/** One way to say what a router does: all patterns that match, the best of them by rank from the left. */
function matchNaively(patterns: readonly string[], path: string): RouteMatch<string> | undefined {
  const segments = path === "/" ? [] : path.replace(/\/$/, "").slice(1).split("/").map(decodeURIComponent);
  let best: { readonly rank: string; readonly match: RouteMatch<string> } | undefined;
  for (const pattern of patterns) {
    const parts = pattern === "/" ? [] : pattern.slice(1).split("/");
    const params: Record<string, string> = {};
    let rank = "";
    let at = 0;
    for (const part of parts) {
      const segment = segments[at];
      const name = /^\[(?:\.\.\.)?(.+)\]$/.exec(part)?.[1];
      if (segment === undefined || (name !== undefined && segment === "")) break;
      if (name === undefined && segment !== part) break;
      if (part.startsWith("[...")) {
        params[name!] = segments.slice(at).join("/");
        at = segments.length;
        rank += "3";
      } else {
        if (name !== undefined) params[name] = segment;
        at += 1;
        rank += name === undefined ? "1" : "2";
      }
    }
    const isMatch = at === segments.length && rank.length === parts.length;
    if (isMatch && (best === undefined || rank < best.rank)) best = { rank, match: { value: pattern, params } };
  }
  return best?.match;
}

Deno.test("Router agrees with a naive matcher on any patterns and paths", () => {
  const part = fc.constantFrom("a", "b", "c", "[x]", "[y]");
  const pattern = fc.record({ parts: fc.array(part, { maxLength: 4 }), rest: fc.boolean() }).map(({ parts, rest }) => {
    const named = parts.map((text, at) => text.startsWith("[") ? `[${text[1]}${at}]` : text);
    return `/${[...named, ...(rest ? ["[...rest]"] : [])].join("/")}`;
  });
  const segment = fc.constantFrom("a", "b", "c", "d", "", "%61", "a%2Fb", "%C3%A9");
  const path = fc.tuple(fc.array(segment, { maxLength: 6 }), fc.boolean())
    .map(([segments, slash]) => `/${segments.join("/")}${slash ? "/" : ""}`);
  const shape = (text: string) => text.replace(/\[\.\.\.\w+\]/, "**").replace(/\[\w+\]/g, "*");
  const patterns = fc.uniqueArray(pattern, { selector: shape, maxLength: 12 });
  fc.assert(
    fc.property(patterns, fc.array(path, { minLength: 1, maxLength: 8 }), (all, paths) => {
      const router = routerOf(...all);
      for (const one of paths) assertEquals(router.match(one), matchNaively(all, one), `${one} in ${all.join(" ")}`);
    }),
    { numRuns: 500 },
  );
});

Deno.test("Router.match and isMalformedPath never throw, whatever the text", () => {
  const router = routerOf("/[x]", "/a/[...rest]");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    router.match(`/${text}`);
    isMalformedPath(text);
  }));
});
