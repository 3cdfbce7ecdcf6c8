/** Errors that say what is wrong with a token, and nothing of it. @module */
import { assertEquals } from "@std/assert";
import { KeySetError, TokenError } from "../../lib/auth/token_error.ts";

Deno.test("TokenError has the fault, and a sentence that fits into a header field and a close reason", () => {
  for (
    const fault of [
      "malformed",
      "too-long",
      "algorithm",
      "key",
      "signature",
      "expired",
      "not-yet",
      "issuer",
      "audience",
      "claim",
      "subject",
      "not-allowed",
    ] as const
  ) {
    const error = new TokenError(fault);
    assertEquals([error.name, error.fault, /^[a-z ,A-Z]{10,123}$/.test(error.message)], ["TokenError", fault, true]);
  }
});

Deno.test("KeySetError is no TokenError: nobody's token is at fault", () => {
  const error = new KeySetError("the keys cannot be fetched");
  assertEquals([error.name, error instanceof TokenError], ["KeySetError", false]);
});
