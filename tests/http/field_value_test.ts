/**
 * Tests of tokens, comma lists and outgoing fields.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import {
  checkField,
  hasToken,
  isToken,
  parseTokenList,
  validFieldName,
  validFieldValue,
} from "../../lib/http/field_value.ts";

Deno.test("isToken accepts exactly the 77 tchar characters (RFC 9110 §5.6.2)", () => {
  const accepted = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)).filter(isToken).join("");
  assertEquals(
    accepted,
    "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
  );
});

Deno.test("isToken rejects the empty string and a token with one bad character anywhere (RFC 9110 §5.6.2)", () => {
  for (const text of ["", " a", "a ", "a b", "a,b", "a\0", "é"]) assertFalse(isToken(text), text);
});

Deno.test("parseTokenList joins repeated fields, trims SP and HTAB, keeps case and order (RFC 9110 §5.3, §5.6.1)", () => {
  assertEquals(parseTokenList([" a ,\tB", "c"]), ["a", "B", "c"]);
});

Deno.test("parseTokenList ignores empty members (RFC 9110 §5.6.1.2)", () => {
  assertEquals(parseTokenList(["", ",", " , a,,b ,"]), ["a", "b"]);
  assertEquals(parseTokenList([]), []);
});

Deno.test("hasToken finds a member in any case, across lists and repeated fields", () => {
  assert(hasToken(["keep-alive, Upgrade"], "upgrade"));
  assert(hasToken(["keep-alive", "UPGRADE"], "upgrade"));
  assert(hasToken(["x,upgrade\t"], "Upgrade"));
});

Deno.test("hasToken does not take a part of a member for the member", () => {
  for (const value of ["upgrade-insecure", "noupgrade", "up grade", "upgrade/1", ""]) {
    assertFalse(hasToken([value], "upgrade"), value);
  }
  assertFalse(hasToken([], "upgrade"));
});

Deno.test("validFieldName accepts tokens only (RFC 9110 §5.1)", () => {
  assert(validFieldName("X-Request-Id"));
  for (const name of ["", "a b", "a:", "a\r\nb", "ü"]) assertFalse(validFieldName(name), name);
});

Deno.test("validFieldValue rejects CR, LF, NUL, other controls and what latin1 cannot hold (RFC 9110 §5.5)", () => {
  for (const value of ["", "a b\tc", "é", "\xff"]) assert(validFieldValue(value), value);
  for (const value of ["a\rb", "a\nb", "a\0b", "a\x7fb", "a\x1bb", "€"]) assertFalse(validFieldValue(value), value);
});

Deno.test("checkField names the field and shows the value it refuses, without sending its CR LF on", () => {
  checkField("X-Ok", "fine");
  const error = assertThrows(() => checkField("X-Id", "1\r\nSet-Cookie: a=b"), TypeError);
  assertStringIncludes(error.message, "X-Id");
  assertStringIncludes(error.message, "1\\x0d\\x0aSet-Cookie");
  assertThrows(() => checkField("X Id", "1"), TypeError, '"X Id"');
});
