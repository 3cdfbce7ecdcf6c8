/** permessage-deflate by whole-buffer calls, where a runtime has nothing else. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { deflateOnce, inflateOnce } from "../../lib/frame/zlib_once.ts";
import { ProtocolError } from "../../lib/frame/violation.ts";
import { utf8 } from "./recorder.ts";

const PARAMETERS = { windowBits: 15, level: 6, memLevel: 8 };
const inflated = (hex: string, limit = 1000) => new TextDecoder().decode(inflateOnce(Uint8Array.fromHex(hex), limit));

Deno.test("deflateOnce ends a message where the four octets of the flush would stand (RFC 7692 §7.2.1)", () => {
  assertEquals(deflateOnce(utf8("Hello"), PARAMETERS).toHex(), "f248cdc9c90700");
});

Deno.test("inflateOnce reads what deflateOnce wrote, at any level and window", () => {
  const text = "sockeye ".repeat(100);
  for (const level of [1, 6, 9]) {
    for (const windowBits of [9, 15]) {
      const packed = deflateOnce(utf8(text), { windowBits, level, memLevel: 4 });
      assertEquals(inflated(packed.toHex()), text);
    }
  }
});

Deno.test("inflateOnce takes a final block at the end, with and without the octet behind it (RFC 7692 §7.2.3.4)", () => {
  assertEquals(inflated("f348cdc9c90700" + "00"), "Hello");
  assertEquals(inflated("f348cdc9c90700"), "Hello");
});

Deno.test("inflateOnce refuses what goes on behind a final block: it would be lost", () => {
  for (const rest of ["f348cdc9c90700", "f248cdc9c90700", "01", "0000"]) {
    assertThrows(() => inflated("f348cdc9c90700" + rest), ProtocolError, "DEFLATE_CORRUPT");
  }
});

Deno.test("inflateOnce refuses a message of which the end is missing, wherever it is cut", () => {
  const packed = deflateOnce(utf8("a message that is long enough to be cut in many places"), PARAMETERS);
  for (let end = 1; end < packed.length; end++) {
    assertThrows(() => inflateOnce(packed.subarray(0, end), 1000), ProtocolError, "DEFLATE_CORRUPT");
  }
});

Deno.test("inflateOnce stops at maxMessageBytes", () => {
  const packed = deflateOnce(new Uint8Array(1001), PARAMETERS);
  assertThrows(() => inflateOnce(packed, 1000), ProtocolError, "MESSAGE_TOO_BIG");
  assertEquals(inflateOnce(packed, 1001).length, 1001);
});
