/** The page's script is the one whose source can be read. @module */
import { assertEquals, assertFalse } from "@std/assert";
import { COMPARE_SCRIPT } from "../../../routes/_compare/bundle.ts";
import { compareBundleSourceApart } from "../../support/bundle_compare.ts";

Deno.test("bundle.ts is browser/, preact and uPlot, bundled (else: deno task compare)", async () => {
  const path = new URL("../../../routes/_compare/bundle.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path) + "\n", await compareBundleSourceApart());
});

Deno.test("the script imports nothing but the server's own modules, when it needs them", () => {
  assertFalse(/^import |[;}]import[{ "*]/.test(COMPARE_SCRIPT));
});
