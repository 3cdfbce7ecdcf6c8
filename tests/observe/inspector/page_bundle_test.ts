import { assertEquals, assertLess } from "@std/assert";
import * as esbuild from "esbuild";
import { PAGE_BUNDLE } from "../../../lib/observe/inspector/page_bundle.ts";
import { SHELL_PAGE } from "../../../lib/observe/inspector/shell_page.ts";
import { PAGE_CSS } from "../../../lib/observe/inspector/style.ts";
import { inspectorBundle } from "../../support/bundle_inspector.ts";

Deno.test({
  name: "PAGE_BUNDLE is what the sources of the page make (write it with `deno task inspector`)",
  // The bundler's process outlives its last answer by a moment.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    assertEquals(PAGE_BUNDLE === await inspectorBundle(), true, "run: deno task inspector");
    await esbuild.stop();
  },
});

Deno.test("the page is below 100 kB in all, unpacked", () => {
  assertLess(PAGE_BUNDLE.length + PAGE_CSS.length + SHELL_PAGE.length, 100_000);
});
