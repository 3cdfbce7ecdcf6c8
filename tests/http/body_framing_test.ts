/**
 * Tests of a body's framing: the shapes request smuggling is made of.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { bodyFraming } from "../../lib/http/body_framing.ts";
import { faultOf, parseLines } from "./head_text.ts";

const framingOf = (...fields: readonly string[]) => bodyFraming(parseLines("POST / HTTP/1.1", "Host: a", ...fields));

/** Refused framings: what is wrong, the field lines, the status. */
const REFUSED: ReadonlyArray<readonly [what: string, fields: readonly string[], status: number]> = [
  ["Content-Length beside Transfer-Encoding (§6.1)", ["Content-Length: 5", "Transfer-Encoding: chunked"], 400],
  ["Transfer-Encoding beside Content-Length: 0 (§6.1)", ["Transfer-Encoding: chunked", "Content-Length: 0"], 400],
  ["two differing Content-Length fields (§6.3)", ["Content-Length: 5", "Content-Length: 6"], 400],
  ["a list of differing lengths (§6.3)", ["Content-Length: 5, 6"], 400],
  ["lengths that differ in spelling (§6.3)", ["Content-Length: 5", "Content-Length: 05"], 400],
  ["a list with an empty member (RFC 9110 §8.6)", ["Content-Length: 5,"], 400],
  ["an empty Content-Length (RFC 9110 §8.6)", ["Content-Length:"], 400],
  ["a plus sign (RFC 9110 §8.6)", ["Content-Length: +5"], 400],
  ["a minus sign (RFC 9110 §8.6)", ["Content-Length: -5"], 400],
  ["a hexadecimal length (RFC 9110 §8.6)", ["Content-Length: 0x5"], 400],
  ["an exponent (RFC 9110 §8.6)", ["Content-Length: 5e1"], 400],
  ["a fraction (RFC 9110 §8.6)", ["Content-Length: 5.0"], 400],
  ["a space between digits (RFC 9110 §8.6)", ["Content-Length: 1 5"], 400],
  ["digits that are not ASCII (RFC 9110 §8.6)", ["Content-Length: \xb2"], 400],
  ["a length beyond 2^53 − 1 (RFC 9110 §15.5.14)", ["Content-Length: 9007199254740992"], 413],
  ["a length of a hundred digits (RFC 9110 §15.5.14)", [`Content-Length: ${"9".repeat(100)}`], 413],
  ["gzip before chunked (§6.1)", ["Transfer-Encoding: gzip, chunked"], 501],
  ["gzip before chunked in a field of its own (§6.1)", ["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"], 501],
  ["gzip alone: chunked is not final (§6.3)", ["Transfer-Encoding: gzip"], 400],
  ["chunked before gzip: chunked is not final (§6.3)", ["Transfer-Encoding: chunked, gzip"], 400],
  ["identity (§6.3)", ["Transfer-Encoding: identity"], 400],
  ["chunked twice (§7.1)", ["Transfer-Encoding: chunked, chunked"], 400],
  ["chunked twice in two fields (§7.1)", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], 400],
  ["xchunked (§6.3)", ["Transfer-Encoding: xchunked"], 400],
  ["chunked with a parameter (§7)", ["Transfer-Encoding: chunked;q=1"], 400],
  ["quoted chunked (§7)", ['Transfer-Encoding: "chunked"'], 400],
  ["an empty Transfer-Encoding (§6.3)", ["Transfer-Encoding:"], 400],
  ["an empty member before chunked (§6.1)", ["Transfer-Encoding: , chunked"], 400],
];

for (const [what, fields, status] of REFUSED) {
  Deno.test(`bodyFraming rejects ${what} with ${status} (RFC 9112)`, () => {
    assertEquals(faultOf(() => framingOf(...fields)).status, status);
  });
}

Deno.test("bodyFraming finds no body without Content-Length and Transfer-Encoding (RFC 9112 §6.3)", () => {
  assertEquals(framingOf(), { kind: "none" });
});

Deno.test("bodyFraming reads Content-Length, up to 2^53 − 1 (RFC 9110 §8.6)", () => {
  assertEquals(framingOf("Content-Length: 0"), { kind: "length", length: 0 });
  assertEquals(framingOf("Content-Length: 42"), { kind: "length", length: 42 });
  assertEquals(framingOf("Content-Length: 9007199254740991"), { kind: "length", length: 2 ** 53 - 1 });
});

Deno.test("bodyFraming takes equal lengths for one (RFC 9110 §8.6)", () => {
  assertEquals(framingOf("Content-Length: 5", "Content-Length: 5"), { kind: "length", length: 5 });
  assertEquals(framingOf("Content-Length: 5 ,\t5"), { kind: "length", length: 5 });
});

Deno.test("bodyFraming takes chunked in any case (RFC 9112 §7)", () => {
  assertEquals(framingOf("Transfer-Encoding: chunked"), { kind: "chunked" });
  assertEquals(framingOf("transfer-encoding: ChUnKeD "), { kind: "chunked" });
});

Deno.test("bodyFraming rejects Transfer-Encoding in HTTP/1.0 with 400 (RFC 9112 §6.1)", () => {
  const head = parseLines("POST / HTTP/1.0", "Transfer-Encoding: chunked");
  assertEquals(faultOf(() => bodyFraming(head)).status, 400);
});
