/** The page's script is the one whose source can be read. @module */
import { assertEquals, assertFalse } from "@std/assert";
import * as esbuild from "esbuild";
import { COMPARE_SCRIPT } from "../../../routes/_compare/bundle.ts";
import { compareBundleSource } from "../../support/bundle_compare.ts";

Deno.test({
  name: "bundle.ts is browser/, preact and uPlot, bundled (else: deno task compare)",
  async fn() {
    try {
      const path = new URL("../../../routes/_compare/bundle.ts", import.meta.url);
      assertEquals(await Deno.readTextFile(path), await compareBundleSource());
    } finally {
      await esbuild.stop();
    }
  },
});

Deno.test("the script imports nothing but the server's own modules, when it needs them", () => {
  assertFalse(/^import |[;}]import[{ "*]/.test(COMPARE_SCRIPT));
});
