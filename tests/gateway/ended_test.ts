/** Why a signal is aborted. @module */
import { assertEquals, assertInstanceOf, assertNotEquals, assertStrictEquals } from "@std/assert";
import { endedWith } from "../../lib/gateway/ended.ts";

Deno.test("endedWith gives an AbortError that names the close code, one for each code", () => {
  const reason = endedWith(1008);
  assertInstanceOf(reason, DOMException);
  assertEquals([reason.name, reason.message], ["AbortError", "The connection ended with 1008"]);
  assertStrictEquals(endedWith(1008), reason);
  assertNotEquals(endedWith(1009).message, reason.message);
});
