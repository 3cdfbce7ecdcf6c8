/** JSON on several lines. @module */
import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { indentJson, jsonFault } from "../../lib/terminal/json_text.ts";

Deno.test("indentJson writes what JSON.stringify would", () => {
  fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
    assertEquals(indentJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
    assertEquals(indentJson(JSON.stringify(value, null, 7)), JSON.stringify(value, null, 2));
  }));
});

Deno.test("indentJson keeps digits that a number of JavaScript would lose", () => {
  assertEquals(indentJson("[12345678901234567890,1.0,1e400]"), "[\n  12345678901234567890,\n  1.0,\n  1e400\n]");
});

Deno.test("indentJson leaves alone what is no JSON", () => {
  for (const text of ["hello", "{", "[1,]", ""]) assertEquals(indentJson(text), undefined);
});

Deno.test("jsonFault says what is wrong", () => {
  assertEquals(jsonFault('{"a":1}'), undefined);
  assertMatch(jsonFault("{") ?? "", /position 1/);
});
