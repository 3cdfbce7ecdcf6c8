import { assertEquals, assertThrows } from "@std/assert";
import { checkContext, encodeContext, MAX_CONTEXT_BYTES } from "../../lib/runtime/context_check.ts";
import { decodeValue } from "../../lib/runtime/remote/value.ts";

for (const isThorough of [false, true]) {
  const where = isThorough ? "in development" : "in production";

  Deno.test(`checkContext ${where} takes what can be cloned, up to its limit`, () => {
    const values = [undefined, null, true, 7, 7n, "x".repeat(MAX_CONTEXT_BYTES), new Uint8Array(MAX_CONTEXT_BYTES)];
    for (const value of [...values, { a: [1, new Date(), new Map()] }, []]) checkContext(value, isThorough);
  });

  Deno.test(`checkContext ${where} refuses at a glance what cannot be cloned or is too large`, () => {
    for (const value of [() => {}, Symbol("s")]) {
      assertThrows(() => checkContext(value, isThorough), TypeError, "structured-cloneable");
    }
    for (const value of ["x".repeat(MAX_CONTEXT_BYTES + 1), new ArrayBuffer(MAX_CONTEXT_BYTES + 1)]) {
      assertThrows(() => checkContext(value, isThorough), RangeError, "at most 16384 bytes, and this takes 16385");
    }
  });
}

Deno.test("checkContext looks into objects in development, and leaves them alone in production", () => {
  const uncloneable = { socket: { write() {} } };
  const large = { list: Array.from({ length: 10_000 }, (_, index) => index) };
  assertThrows(() => checkContext(uncloneable, true), TypeError, "keep what is not in the module, under peer.id");
  assertThrows(() => checkContext(large, true), RangeError, "at most 16384 bytes");
  checkContext(uncloneable, false);
  checkContext(large, false);
});

Deno.test("encodeContext gives a context as bytes that are it again, and refuses what checkContext refuses", () => {
  for (const value of [undefined, null, "ä", { at: new Date(5), list: [1, , 3] }, new Uint8Array([1, 2])]) {
    const bytes = encodeContext(value);
    assertEquals(decodeValue(bytes, 0, bytes.length), value);
  }
  for (const value of [() => {}, { socket: { write() {} } }]) {
    assertThrows(() => encodeContext(value), TypeError, "structured-cloneable");
  }
});

Deno.test("encodeContext takes what is as long as it may be, and not a byte more", () => {
  const [most, more] = [MAX_CONTEXT_BYTES, MAX_CONTEXT_BYTES + 1].map((bytes) => "x".repeat(bytes - 3));
  assertEquals(encodeContext(most).length, MAX_CONTEXT_BYTES);
  assertThrows(() => encodeContext(more), RangeError, "at most 16384 bytes, and this takes 16385");
});
