/**
 * Tests of the ordered field lines.
 *
 * @module
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { FieldLines, readFieldLines } from "../../lib/http/field_lines.ts";
import { parseLines } from "./head_text.ts";

const fields = new FieldLines([["accept", "text/html"], ["host", "a"], ["accept", "image/png"], ["empty", ""]]);

Deno.test("FieldLines.get combines repeated lines with a comma, in order (RFC 9110 §5.3)", () => {
  assertEquals(fields.get("accept"), "text/html, image/png");
  assertEquals(fields.get("host"), "a");
});

Deno.test("FieldLines.get tells an empty value from a missing field", () => {
  assertEquals(fields.get("empty"), "");
  assertEquals(fields.get("missing"), null);
});

Deno.test("FieldLines finds names in any case (RFC 9110 §5.1)", () => {
  assertEquals(fields.get("HOST"), "a");
  assertEquals(fields.all("Accept"), ["text/html", "image/png"]);
  assert(fields.has("Host"));
});

Deno.test("FieldLines.all and has answer for missing fields", () => {
  assertEquals(fields.all("missing"), []);
  assertFalse(fields.has("missing"));
});

Deno.test("FieldLines.entries gives every line in order of arrival, and size their number", () => {
  assertEquals(fields.entries(), [["accept", "text/html"], ["host", "a"], ["accept", "image/png"], ["empty", ""]]);
  assertEquals(fields.size, 4);
});

Deno.test("readFieldLines reads again what parseRequestHead read, of any head that it takes", () => {
  const value = fc.string({
    unit: fc.constantFrom("a", "B", ":", ",", " ", "\t", "\xe9", "\xa0", "\x85"),
    maxLength: 12,
  });
  const name = fc.string({ unit: fc.constantFrom("a", "B", "-", "1", "_"), minLength: 1, maxLength: 8 });
  fc.assert(fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (lines) => {
    const head = parseLines("GET / HTTP/1.1", "Host: a", ...lines.map(([name, value]) => `${name}:${value}`));
    assertEquals(readFieldLines(head.text, head.fieldsAt), head.fields.entries());
  }));
});
