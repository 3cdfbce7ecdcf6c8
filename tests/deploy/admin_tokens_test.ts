/** The tokens of the admin listener. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { hasTokens, readTokens, TOKEN_VARIABLES, TokenError } from "../../lib/deploy/admin_tokens.ts";

const GOOD = "0123456789abcdef";

Deno.test("readTokens reads them all, and takes an empty variable for none", () => {
  const env: Readonly<Record<string, string>> = { SOCKEYE_DEPLOY_TOKEN: GOOD, SOCKEYE_PUBLISH_TOKEN: "" };
  const tokens = readTokens((name) => env[name]);
  assertEquals(tokens, { deploy: GOOD, publish: undefined, inspector: undefined, metrics: undefined });
  assertEquals([
    hasTokens(tokens),
    hasTokens({ publish: GOOD }),
    hasTokens({ inspector: GOOD }),
    hasTokens({ metrics: GOOD }),
    hasTokens({}),
  ], [
    true,
    true,
    true,
    true,
    false,
  ]);
});

for (const name of Object.values(TOKEN_VARIABLES)) {
  Deno.test(`readTokens refuses a ${name} that could be guessed, by its name`, () => {
    const { message } = assertThrows(() => readTokens((asked) => asked === name ? "secret" : undefined), TokenError);
    assertStringIncludes(message, `${name} has 6 characters`);
  });
}
