/** The token that comes with an opening handshake. @module */
import { assertEquals } from "@std/assert";
import { isToken, tokenOf } from "../../lib/subprotocol/handshake_token.ts";

Deno.test("tokenOf reads a subprotocol that carries a token, whatever text that is", () => {
  for (const token of ["x", "a.b-c_d", "\u{1F41F} and more"]) {
    const carried = new TextEncoder().encode(token).toBase64({ alphabet: "base64url", omitPadding: true });
    assertEquals(tokenOf(["chat", `sockeye.token.${carried}`], null), token);
  }
});

Deno.test("tokenOf reads a bearer token, whose scheme may be written in any case", () => {
  assertEquals(tokenOf([], "bearer abc.def"), "abc.def");
  assertEquals(tokenOf(["chat"], "Bearer abc "), "abc");
});

Deno.test("tokenOf finds none in other schemes, and in what is not base64url or not UTF-8", () => {
  assertEquals(tokenOf([], null), undefined);
  assertEquals(tokenOf([], "Basic abc"), undefined);
  assertEquals(tokenOf(["sockeye.token.a+b/"], "Bearer abc"), undefined);
  assertEquals(tokenOf(["sockeye.token._w"], null), undefined);
});

Deno.test("isToken tells what carries a token from what is a subprotocol", () => {
  assertEquals(["sockeye.token.eA", "sockeye.v1", "chat"].map(isToken), [true, false, false]);
});
