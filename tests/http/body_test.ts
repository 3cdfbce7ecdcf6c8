/**
 * Tests of collecting a body.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BodyDecoder } from "../../lib/http/body.ts";
import type { BodyFraming } from "../../lib/http/body_framing.ts";
import { HttpError } from "../../lib/http/http_error.ts";
import { encodeChunk, LAST_CHUNK } from "../../lib/http/response.ts";
import { faultOf, fromLatin1, latin1 } from "./head_text.ts";

const CHUNKED: BodyFraming = { kind: "chunked" };

/** Pushes the pieces one after the other; the outcome in words that two runs can be compared by. */
function decode(framing: BodyFraming, pieces: readonly Uint8Array[], maxBodyBytes = 1000): string {
  try {
    const decoder = new BodyDecoder(framing, maxBodyBytes);
    let consumed = 0;
    for (const piece of pieces) consumed += decoder.push(piece, 0, piece.length);
    return `${consumed} consumed, ${decoder.done ? fromLatin1(decoder.take()) : "not done"}`;
  } catch (error) {
    assert(error instanceof HttpError, String(error));
    return `${error.status} ${error.message}`;
  }
}

/** Cuts bytes at the given places, in any order. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

Deno.test("BodyDecoder is done at once without a body, and consumes nothing (RFC 9112 §6.3)", () => {
  for (const framing of [{ kind: "none" }, { kind: "length", length: 0 }] as const) {
    const decoder = new BodyDecoder(framing, 10);
    assert(decoder.done);
    assertEquals(decoder.push(latin1("GET"), 0, 3), 0);
    assertEquals(decoder.take().length, 0);
  }
});

Deno.test("BodyDecoder takes Content-Length octets and leaves the next request (RFC 9112 §6.3)", () => {
  const decoder = new BodyDecoder({ kind: "length", length: 5 }, 10);
  assertEquals(decoder.push(latin1("##hel"), 2, 5), 5);
  assertFalse(decoder.done);
  assertEquals(decoder.push(latin1("loGET /"), 0, 7), 2);
  assert(decoder.done);
  assertEquals(fromLatin1(decoder.take()), "hello");
});

Deno.test("BodyDecoder takes chunks and leaves the next request (RFC 9112 §7.1)", () => {
  const text = "3;x\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\nGET /";
  assertEquals(decode(CHUNKED, [latin1(text)]), `${text.indexOf("GET")} consumed, abcde`);
});

Deno.test("BodyDecoder copies: the caller may use its buffer again", () => {
  const buffer = latin1("hello");
  const decoder = new BodyDecoder({ kind: "length", length: 5 }, 10);
  decoder.push(buffer, 0, 5);
  buffer.fill(0);
  assertEquals(fromLatin1(decoder.take()), "hello");
});

Deno.test("BodyDecoder rejects a Content-Length above the bound with 413, before any of it came (RFC 9110 §15.5.14)", () => {
  new BodyDecoder({ kind: "length", length: 10 }, 10);
  assertEquals(faultOf(() => new BodyDecoder({ kind: "length", length: 11 }, 10)).status, 413);
});

Deno.test("BodyDecoder rejects chunks above the bound together with 413 (RFC 9110 §15.5.14)", () => {
  const push = (text: string) => new BodyDecoder(CHUNKED, 10).push(latin1(text), 0, text.length);
  push("5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n");
  assertEquals(faultOf(() => push("5\r\nhello\r\n6\r\n")).status, 413);
});

Deno.test("BodyDecoder holds memory for what came, not for what was promised", () => {
  for (const framing of [{ kind: "length", length: 2 ** 40 }, CHUNKED] as const) {
    const decoder = new BodyDecoder(framing, 2 ** 40);
    assertEquals(decoder.heldBytes, 0);
    const text = framing.kind === "length" ? "x".repeat(3000) : "ffffffffff\r\n" + "x".repeat(3000);
    const bytes = latin1(text);
    for (let at = 0; at < bytes.length; at += 100) decoder.push(bytes, at, Math.min(at + 100, bytes.length));
    assert(decoder.heldBytes >= 3000);
    assertLessOrEqual(decoder.heldBytes, 6200);
  }
});

Deno.test("BodyDecoder holds exactly a small known length, and nothing after take", () => {
  const decoder = new BodyDecoder({ kind: "length", length: 20 }, 100);
  decoder.push(latin1("x"), 0, 1);
  assertEquals(decoder.heldBytes, 20);
  decoder.push(latin1("x".repeat(19)), 0, 19);
  assertEquals(decoder.take().length, 20);
  assertEquals(decoder.heldBytes, 0);
});

Deno.test("BodyDecoder.take throws a TypeError while the body is not complete", () => {
  assertThrows(() => new BodyDecoder({ kind: "length", length: 1 }, 10).take(), TypeError, "not complete");
});

Deno.test("any re-chunking of a chunked body gives the same result, well-formed or not", () => {
  const piece = fc.constantFrom(
    "0",
    "1",
    "5",
    "f",
    "\r\n",
    "\r",
    "\n",
    ";a",
    " ",
    "hello",
    "A: b",
    ":",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 20 }), (pieces, places) => {
      const bytes = latin1(pieces.join(""));
      assertEquals(decode(CHUNKED, cut(bytes, places), 20), decode(CHUNKED, [bytes], 20));
      assertEquals(
        decode(CHUNKED, Array.from(bytes, (octet) => Uint8Array.of(octet)), 20),
        decode(CHUNKED, [bytes], 20),
      );
    }),
    { numRuns: 1000 },
  );
});

Deno.test("what encodeChunk makes of any pieces decodes to the same body, in any re-chunking", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(20_000), { maxLength: 10 }), (parts, places) => {
      const body = parts.flatMap((part) => Array.from(part));
      const wire = Uint8Array.from([...parts.flatMap((part) => Array.from(encodeChunk(part))), ...LAST_CHUNK]);
      const decoder = new BodyDecoder(CHUNKED, body.length);
      for (const part of cut(wire, places)) assertEquals(decoder.push(part, 0, part.length), part.length);
      assert(decoder.done);
      assertEquals(Array.from(decoder.take()), body);
    }),
    { numRuns: 50 },
  );
});

Deno.test("any re-chunking of a body of known length gives the same body", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.array(fc.nat(5000), { maxLength: 10 }), (body, places) => {
      const decoder = new BodyDecoder({ kind: "length", length: body.length }, 5000);
      for (const part of cut(body, places)) decoder.push(part, 0, part.length);
      assertEquals(Array.from(decoder.take()), Array.from(body));
    }),
    { numRuns: 50 },
  );
});
