import { assertEquals } from "@std/assert";
import { PAGE_CSS } from "../../../lib/observe/inspector/style.ts";

Deno.test("PAGE_CSS loads nothing: neither fonts nor images nor other sheets", () => {
  assertEquals(/@import|url\(|@font-face/.test(PAGE_CSS), false);
});
