/** Close codes: what a frame may carry, what a user may send. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { CLOSE_CODE, isUserCloseCode, isWireCloseCode, USER_CLOSE_CODES } from "../../lib/frame/close_code.ts";

Deno.test("isWireCloseCode refuses the codes that MUST NOT be sent: 1004, 1005, 1006, 1015 (RFC 6455 §7.4.1)", () => {
  for (const code of [1004, CLOSE_CODE.NO_STATUS, CLOSE_CODE.ABNORMAL, CLOSE_CODE.TLS_HANDSHAKE]) {
    assertFalse(isWireCloseCode(code), String(code));
  }
});

Deno.test("isUserCloseCode refuses 1010, which is a client's to send, and what is not a whole number", () => {
  assert(isWireCloseCode(CLOSE_CODE.MANDATORY_EXTENSION));
  for (const code of [1010, 1000.5, NaN, Infinity, -1]) assertFalse(isUserCloseCode(code), String(code));
});

Deno.test("isUserCloseCode takes every code that Sockeye names for the wire", () => {
  const unsent: readonly number[] = [1005, 1006, 1010, 1015];
  const named = Object.values(CLOSE_CODE).filter((code) => !unsent.includes(code));
  assertEquals(named.filter((code) => !isUserCloseCode(code)), []);
});

Deno.test("USER_CLOSE_CODES says for people what isUserCloseCode takes", () => {
  assertEquals(USER_CLOSE_CODES, "1000–1003, 1007–1009, 1011–1014, 3000–4999");
});
