import { assertEquals, assertMatch } from "@std/assert";
import { PAGE_HEADERS, SHELL_PAGE } from "../../../lib/observe/inspector/shell_page.ts";

Deno.test("SHELL_PAGE has no script and no style of its own: the policy lets it load them from here alone", () => {
  assertEquals(/<script(?![^>]* src="page\.js"><\/script>)|<style|style=| on\w+=|https?:/.test(SHELL_PAGE), false);
  const policy = PAGE_HEADERS["content-security-policy"] ?? "";
  assertMatch(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';/);
  assertEquals(/unsafe|\*|https?:/.test(policy), false);
  assertEquals(PAGE_HEADERS["cache-control"], "no-store");
});
