import { assertEquals, assertMatch } from "@std/assert";
import { ICON_SVG } from "../../../lib/observe/inspector/icon.ts";

Deno.test("ICON_SVG is an image that needs nothing else", () => {
  assertMatch(ICON_SVG, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 64 40">.*<\/svg>$/);
  assertEquals(/style|script|href/.test(ICON_SVG), false);
});
