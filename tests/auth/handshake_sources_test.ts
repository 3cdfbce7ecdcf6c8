/** Where in a handshake a token may be. @module */
import { assertEquals } from "@std/assert";
import { cookieOf, presentedToken } from "../../lib/auth/handshake_sources.ts";

Deno.test("presentedToken finds a subprotocol among others, and a bearer token", () => {
  const carried = "sockeye.token.c2VjcmV0";
  for (const offered of [carried, `sockeye.v1, ${carried}`, `${carried},chat`]) {
    assertEquals(presentedToken(new Headers({ "sec-websocket-protocol": offered })), "secret");
  }
  assertEquals(presentedToken(new Headers({ authorization: "Bearer a.b.c" })), "a.b.c");
  assertEquals(presentedToken(new Headers({ cookie: "token=a.b.c" })), undefined);
  assertEquals(presentedToken(new Headers()), undefined);
});

Deno.test("cookieOf finds the cookie of this very name, the first of two", () => {
  for (
    const [cookie, value] of [
      ["a=1", "1"],
      ["b=2; a=1", "1"],
      ["aa=2; xa=3; a=1; A=4", "1"],
      ["a=1; a=2", "1"],
      ['a="1"', "1"],
      ["b=2;a=1", "1"],
      ["b=2, a=1", "1"],
      ["a=1=2", "1=2"],
      ["a=", ""],
      ["a", undefined],
      ["b=a=1", undefined],
      ["", undefined],
    ] as const
  ) {
    assertEquals(cookieOf(new Headers({ cookie }), "a"), value, cookie);
  }
  assertEquals(cookieOf(new Headers(), "a"), undefined);
});
