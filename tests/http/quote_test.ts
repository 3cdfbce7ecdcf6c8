/**
 * Tests of quoting what a client sent.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { quote } from "../../lib/http/quote.ts";

Deno.test("quote shows printable ASCII as it is, and escapes quotes and backslashes", () => {
  assertEquals(quote('a "b" \\c'), '"a \\"b\\" \\\\c"');
});

Deno.test("quote escapes control characters, latin1 and everything above", () => {
  assertEquals(quote("\x1b[31m\r\n\x00é€"), '"\\x1b[31m\\x0d\\x0a\\x00\\xe9\\u20ac"');
});

Deno.test("quote cuts after 64 characters and shows that it did", () => {
  assertEquals(quote("x".repeat(64)), `"${"x".repeat(64)}"`);
  assertEquals(quote("x".repeat(65)), `"${"x".repeat(64)}…"`);
});

Deno.test("quote gives one bounded line of printable characters for any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
    const quoted = quote(text);
    assertMatch(quoted, /^"[\x20-\x7e]*…?"$/);
    assert(quoted.length <= 64 * 6 + 3);
  }));
});
