import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { newToken, nodeOf } from "../../../lib/gateway/poll/session_token.ts";

Deno.test("a token has 128 random bits behind its node", () => {
  const token = newToken("5f3c9a2e");
  assertMatch(token, /^5f3c9a2e\.[\w-]{22}$/);
  assertNotEquals(newToken("5f3c9a2e"), token);
});

Deno.test("nodeOf finds the node, and nothing in what is no token", () => {
  assertEquals(nodeOf(newToken("a-1_b")), "a-1_b");
  for (const text of ["", "a", "a.b", `.${"x".repeat(22)}`, `a.${"x".repeat(23)}`, `a b.${"x".repeat(22)}`]) {
    assertEquals(nodeOf(text), undefined, text);
  }
});
