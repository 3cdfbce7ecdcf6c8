import { assertEquals } from "@std/assert";
import { BAD_FRAME_KINDS } from "../../../lib/observe/inspector/bad_frame_kinds.ts";
import { BAD_FRAMES } from "../../../lib/observe/inspector/bad_frames.ts";

Deno.test("BAD_FRAME_KINDS: each kind has its bytes, a name of its own, and the rule that it breaks", () => {
  assertEquals(Object.keys(BAD_FRAME_KINDS), Object.keys(BAD_FRAMES));
  const kinds = Object.values(BAD_FRAME_KINDS);
  assertEquals(new Set(kinds.map(({ label }) => label)).size, kinds.length);
  assertEquals(kinds.every(({ rule }) => /^RFC \d{4} §\d/.test(rule)), true);
});
