import { assertEquals, assertThrows } from "@std/assert";
import { parsePattern, patternOfFile } from "../../lib/route/pattern.ts";

Deno.test("parsePattern takes fixed text, parameters and the rest apart", () => {
  assertEquals(parsePattern("/files/[owner-id]/[...path]"), {
    source: "/files/[owner-id]/[...path]",
    segments: [
      { kind: "static", text: "files" },
      { kind: "parameter", name: "owner-id" },
      { kind: "rest", name: "path" },
    ],
  });
});

Deno.test("parsePattern gives no segments for the root, and drops a trailing slash", () => {
  assertEquals(parsePattern("/"), { source: "/", segments: [] });
  assertEquals(parsePattern("/a/"), { source: "/a", segments: [{ kind: "static", text: "a" }] });
});

Deno.test("parsePattern decodes fixed text", () => {
  assertEquals(parsePattern("/caf%C3%A9").segments, [{ kind: "static", text: "café" }]);
  assertEquals(parsePattern("/a%2Fb").segments, [{ kind: "static", text: "a/b" }]);
});

const REFUSED: ReadonlyArray<readonly [pattern: string, problem: string]> = [
  ["", 'must start with "/"'],
  ["rooms", 'must start with "/"'],
  ["//", "empty segment"],
  ["/a//b", "empty segment"],
  ["/[]", "needs a name"],
  ["/[...]", "needs a name"],
  ["/[a b]", "needs a name"],
  ["/[1st]", "needs a name"],
  ["/[__proto__]", "needs a name"],
  ["/[[name]]", "optional parameters do not exist"],
  ["/a[b]", "must be the whole segment"],
  ["/[b]a", "must be the whole segment"],
  ["/[a]/x/[a]", 'the name "a" stands in it twice'],
  ["/[a]/[...a]", 'the name "a" stands in it twice'],
  ["/[...rest]/a", "must be the last segment"],
  ["/(group)", "only a folder can be"],
  ["/100%", 'write "%25"'],
  ["/..", "can never be requested"],
  ["/%2e", "can never be requested"],
  ["/a?b", "which end a path"],
];

for (const [pattern, problem] of REFUSED) {
  Deno.test(`parsePattern refuses "${pattern}": ${problem}`, () => {
    const error = assertThrows(() => parsePattern(pattern), TypeError, problem);
    assertEquals(error.message.startsWith(`"${pattern}" is not a route pattern: `), true);
  });
}

const FILES: ReadonlyArray<readonly [file: string, pattern: string | undefined]> = [
  ["index.ts", "/"],
  ["echo.ts", "/echo"],
  ["echo.tsx", "/echo"],
  ["echo.js", "/echo"],
  ["echo.mjs", "/echo"],
  ["echo.mts", "/echo"],
  ["rooms/index.ts", "/rooms"],
  ["rooms/[room].ts", "/rooms/[room]"],
  ["rooms\\[room].ts", "/rooms/[room]"],
  ["rooms/[room]/index.ts", "/rooms/[room]"],
  ["files/[...path].ts", "/files/[...path]"],
  ["(site)/about.ts", "/about"],
  ["(site)/(inner)/index.ts", "/"],
  ["site.webmanifest.ts", "/site.webmanifest"],
  [".well-known/status.ts", "/.well-known/status"],
  ["index/index.ts", "/index"],
  ["latest.ts", "/latest"],
  ["_shared.ts", undefined],
  ["_shared/names.ts", undefined],
  ["rooms/_names.ts", undefined],
  ["echo_test.ts", undefined],
  ["echo.test.ts", undefined],
  ["types.d.ts", undefined],
  ["types.d.mts", undefined],
  ["notes.md", undefined],
  ["style.css", undefined],
  ["echo.cts", undefined],
  ["README", undefined],
  [".ts", undefined],
  [".hidden.ts", undefined],
  [".git/hook.ts", undefined],
  ["", undefined],
];

for (const [file, pattern] of FILES) {
  Deno.test(`patternOfFile: ${JSON.stringify(file)} is ${pattern ?? "no route"}`, () => {
    assertEquals(patternOfFile(file), pattern);
  });
}
