import { assertLess } from "@std/assert";
import { PAGE_BUNDLE } from "../../../lib/observe/inspector/page_bundle.ts";

Deno.test("PAGE_BUNDLE is below 100 kB, unpacked", () => {
  assertLess(PAGE_BUNDLE.length, 100_000);
});
