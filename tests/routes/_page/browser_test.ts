/** The page's pure functions, which run in the browser. @module */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeHex } from "@std/encoding/hex";
import { clientFrame } from "../../../routes/_page/browser/frame.js";
import { closeMeaning } from "../../../routes/_page/browser/close_words.js";
import { keyProblem } from "../../../routes/_page/browser/handshake.js";
import { bytesOfHex, hexOf, quantiles, sizeOf } from "../../../routes/_page/browser/text.js";

const MASK = decodeHex("37fa213d");

function wholeFrame(text: string): Uint8Array {
  const { first, second, extended, mask, masked } = clientFrame(text, MASK);
  return Uint8Array.of(first, second, ...extended, ...mask, ...masked);
}

Deno.test("clientFrame draws the masked Hello of RFC 6455 §5.7", () => {
  assertEquals(wholeFrame("Hello"), decodeHex("818537fa213d7f9f4d5158"));
});

Deno.test("clientFrame takes the shortest of the three length forms (RFC 6455 §5.2)", () => {
  const head = (length: number) => hexOf(wholeFrame("a".repeat(length)), 10).slice(0, 29);
  assertMatch(head(125), /^81 fd 37/);
  assertMatch(head(126), /^81 fe 00 7e 37/);
  assertMatch(head(65_535), /^81 fe ff ff 37/);
  assertMatch(head(65_536), /^81 ff 00 00 00 00 00 01 00 00$/);
});

Deno.test("bytesOfHex reads back what hexOf wrote", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assertEquals(bytesOfHex(hexOf(bytes)), bytes);
  }));
  assertEquals(bytesOfHex("0x48,0x65:6C 6c"), decodeHex("48656c6c"));
});

Deno.test("bytesOfHex says what is wrong", () => {
  assertThrows(() => bytesOfHex("48 6"), Error, "half a byte");
  assertThrows(() => bytesOfHex("4g"), Error, "“g” is not");
});

Deno.test("hexOf says how much it left out", () => {
  assertEquals(hexOf(new Uint8Array(1_003), 2), "00 00 … 1,001 more");
});

Deno.test("keyProblem accepts 16 bytes in Base64 only (RFC 6455 §4.2.1)", () => {
  assertMatch(keyProblem("dGhlIHNhbXBsZSBub25jZQ=="), /example/);
  assertMatch(keyProblem("AAAAAAAAAAAAAAAAAAAAAA=="), /accepts/);
  assertMatch(keyProblem("AAAA"), /decodes to 3 bytes/);
  assertMatch(keyProblem("!"), /is not Base64/);
});

Deno.test("quantiles and sizeOf are what they say", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assertEquals(quantiles(hundred), { median: 51, p99: 100 });
  assertEquals(quantiles([7]), { median: 7, p99: 7 });
  assertEquals([9_999, 10_240, 33_554_432].map(sizeOf), ["9999 B", "10 KiB", "32.0 MiB"]);
});

Deno.test("closeMeaning explains the codes that need it", () => {
  assertMatch(closeMeaning(1009), /larger/);
  assertEquals(closeMeaning(4_001), "");
});
