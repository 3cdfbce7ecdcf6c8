/** What an answer of `authenticate` means. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { admissionOf } from "../../lib/runtime/admission.ts";

Deno.test("admissionOf takes true, and an admission, and everything else for a no", () => {
  for (
    const [answer, meaning] of [
      [true, true],
      [{}, true],
      [{ expiresInMs: undefined }, true],
      [{ expiresInMs: 1 }, { expiresInMs: 1 }],
      [{ expiresInMs: Infinity, more: 1 }, { expiresInMs: Infinity }],
      ...[false, undefined, null, 0, 1, "true", () => true].map((no) => [no, false] as const),
    ] as const
  ) {
    assertEquals(admissionOf(answer), meaning);
  }
});

Deno.test("admissionOf refuses an admission that does not say how long it holds, and quotes no text of it", () => {
  for (const expiresInMs of [0, -1, NaN, "secret", null, 10n]) {
    const { message } = assertThrows(() => admissionOf({ expiresInMs }), TypeError, "milliseconds above 0");
    assertEquals(message.includes("secret"), false);
  }
});
