/** The payload of a Close frame. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { encodeClosePayload } from "../../lib/frame/close_frame.ts";

Deno.test("encodeClosePayload writes the code in network byte order, then the reason (RFC 6455 §5.5.1)", () => {
  assertEquals(encodeClosePayload(1000, "").toHex(), "03e8");
  assertEquals(encodeClosePayload(4999, "é").toHex(), "1387c3a9");
});

Deno.test("encodeClosePayload fills a control frame to its 125 bytes and not beyond (RFC 6455 §5.5)", () => {
  assertEquals(encodeClosePayload(1000, "x".repeat(123)).length, 125);
  assertThrows(() => encodeClosePayload(1000, "x".repeat(124)), RangeError, "123 bytes of UTF-8; this one has 124");
  assertThrows(() => encodeClosePayload(1000, "€".repeat(42)), RangeError, "this one has 126");
});
