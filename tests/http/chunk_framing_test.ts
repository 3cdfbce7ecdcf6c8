/**
 * Tests of the lines of a chunked body.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ChunkFraming } from "../../lib/http/chunk_framing.ts";
import { faultOf, latin1 } from "./head_text.ts";

/** Feeds a whole body; returns its chunks' lengths and whether it ended with the text. */
function walk(text: string, maxBodyBytes = 1000): { readonly chunks: readonly number[]; readonly done: boolean } {
  const framing = new ChunkFraming(maxBodyBytes);
  const chunks: number[] = [];
  const bytes = latin1(text);
  for (let at = 0; at < bytes.length; at++) {
    assert(!framing.done, `ended before character ${at} of ${JSON.stringify(text)}`);
    framing.step(bytes[at]!);
    if (framing.chunkBytes > 0) chunks.push(framing.chunkBytes);
    at += framing.chunkBytes;
  }
  return { chunks, done: framing.done };
}

const WELL_FORMED: ReadonlyArray<readonly [what: string, text: string, chunks: readonly number[]]> = [
  ["an empty body (§7.1)", "0\r\n\r\n", []],
  ["two chunks (§7.1)", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", [5, 6]],
  ["hexadecimal digits of both cases (§7.1)", `a\r\n${"x".repeat(10)}\r\nA\r\n${"x".repeat(10)}\r\n0\r\n\r\n`, [
    10,
    10,
  ]],
  ["leading zeros (§7.1)", "0005\r\nhello\r\n000\r\n\r\n", [5]],
  ["an extension (§7.1.1)", "5;a=b;c\r\nhello\r\n0;d\r\n\r\n", [5]],
  ["whitespace before an extension (§7.1.1)", '5 \t;a="b c"\r\nhello\r\n0\r\n\r\n', [5]],
  ["CR LF inside a chunk (§7.1)", "4\r\n\r\n\r\n\r\n0\r\n\r\n", [4]],
  ["trailer fields (§7.1.2)", "0\r\nX-A: b\r\nEmpty:\r\n\r\n", []],
];

for (const [what, text, chunks] of WELL_FORMED) {
  Deno.test(`ChunkFraming accepts ${what} (RFC 9112)`, () => {
    assertEquals(walk(text), { chunks, done: true });
  });
}

const MALFORMED: ReadonlyArray<readonly [what: string, text: string]> = [
  ["an empty size (§7.1)", "\r\n"],
  ["a size that starts with an extension (§7.1)", ";a\r\n"],
  ["a sign (§7.1)", "+5\r\n"],
  ["a minus sign (§7.1)", "-1\r\n"],
  ["a prefix (§7.1)", "0x5\r\n"],
  ["a space before the size (§7.1)", " 5\r\n"],
  ["a space after the size (§7.1)", "5 \r\n"],
  ["a letter beyond f (§7.1)", "g\r\n"],
  ["an at sign, one below A (§7.1)", "@\r\n"],
  ["a backquote, one below a (§7.1)", "`\r\n"],
  ["latin1 in the size (§7.1)", "\xb5\r\n"],
  ["more than 16 digits (§7.1)", "00000000000000005\r\n"],
  ["a bare LF after the size (§2.2)", "5\nhello"],
  ["a bare CR after the size (§2.2)", "5\rhello"],
  ["a bare LF in an extension (§2.2)", "5;a\nhello"],
  ["NUL in an extension (§7.1.1)", "5;\0\r\n"],
  ["a chunk longer than its size (§7.1)", "5\r\nhello!\r\n"],
  ["a bare LF after a chunk (§2.2)", "5\r\nhello\n"],
  ["a CR without LF after a chunk (§2.2)", "5\r\nhello\r5"],
  ["a bare LF at the end (§2.2)", "0\r\n\n"],
  ["a CR without LF at the end (§2.2)", "0\r\n\rX"],
  ["a folded trailer field (§5.2)", "0\r\nA: b\r\n c\r\n\r\n"],
  ["a space before a trailer's colon (§5.1)", "0\r\nA : b\r\n\r\n"],
  ["a trailer field without a name (§5)", "0\r\n: b\r\n\r\n"],
  ["a trailer field without a colon (§5)", "0\r\nA\r\n\r\n"],
  ["a bare LF in a trailer field (§2.2)", "0\r\nA: b\nC: d\r\n\r\n"],
  ["a bare CR in a trailer field (§2.2)", "0\r\nA: b\rC: d\r\n\r\n"],
];

for (const [what, text] of MALFORMED) {
  Deno.test(`ChunkFraming rejects ${what} with 400 (RFC 9112)`, () => {
    const fault = faultOf(() => walk(text));
    assertEquals(fault.status, 400);
  });
}

Deno.test("ChunkFraming rejects a chunk that would pass the bound with 413, at its size", () => {
  assertEquals(walk("a\r\n", 10).chunks, [10]);
  assertEquals(faultOf(() => walk("b", 10)).status, 413);
  assertEquals(faultOf(() => walk("ffffffffffffffff", 10)).status, 413);
  assertEquals(faultOf(() => walk("5\r\nhello\r\n6", 10)).status, 413);
});

Deno.test("ChunkFraming bounds the extensions of all chunks together with 400 (RFC 9112 §7.1.1)", () => {
  assertEquals(walk(`1;${"a".repeat(4095)}\r\nx`).chunks, [1]);
  assertEquals(faultOf(() => walk(`1;${"a".repeat(4096)}\r\nx`)).status, 400);
  assertEquals(faultOf(() => walk(`1;${"a".repeat(10)}\r\nx\r\n`.repeat(400))).status, 400);
});

Deno.test("ChunkFraming bounds the trailer fields with 431 (RFC 6585 §5)", () => {
  assertEquals(walk(`0\r\nA: ${"b".repeat(8000)}\r\n\r\n`).done, true);
  assertEquals(faultOf(() => walk(`0\r\nA: ${"b".repeat(9000)}`)).status, 431);
  assertEquals(faultOf(() => walk(`0\r\n${"A: b\r\n".repeat(2000)}`)).status, 431);
});
