import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loginPage } from "../../../lib/observe/inspector/login_page.ts";

Deno.test("loginPage asks for the token by its name, without a script, and says what was wrong", () => {
  assertMatch(loginPage(), /<label for="token">Token<\/label>\s*<input id="token" name="token" type="password"/);
  assertEquals(/<script|style=|role="alert"/.test(loginPage()), false);
  assertStringIncludes(loginPage("wrong"), "SOCKEYE_INSPECTOR_TOKEN).");
  assertMatch(loginPage("too often"), /aria-describedby="fault"[^]*role="alert" id="fault"[^]*in a minute/);
});
