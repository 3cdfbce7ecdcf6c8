import { assertThrows } from "@std/assert";
import { checkContext, MAX_CONTEXT_BYTES } from "../../lib/runtime/context_check.ts";

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
