/** Which ways of signing may be named. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { ALGORITHMS, rowsOf } from "../../lib/auth/algorithms.ts";

Deno.test("rowsOf gives the rows of what is named", () => {
  assertEquals(rowsOf(["RS256", "EdDSA"]), [["RS256", ALGORITHMS.RS256], ["EdDSA", ALGORITHMS.EdDSA]]);
});

Deno.test("rowsOf refuses none, whatever its case, and what is not known, and says what there is", () => {
  for (const name of ["none", "NONE", "None", "", "hs256", "toString", "__proto__", "RSA", 1, null]) {
    assertThrows(() => rowsOf(["HS256", name]), TypeError, "it takes HS256, HS384");
  }
});

Deno.test("rowsOf refuses to be told nothing", () => {
  for (const nothing of [undefined, [], "HS256", null]) {
    assertThrows(() => rowsOf(nothing), TypeError, "jwt needs `algorithms`");
  }
});
