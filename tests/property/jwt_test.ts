/** No token that differs from a good one is good: whatever is changed, of whatever way of signing. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { jwt, type JwtAuth } from "sockeye/auth";
import { AUDIENCE, ISSUER, OPTIONS, signed, signer } from "../auth/support/tokens.ts";

const [rsa, ed] = [await signer("RS256"), await signer("EdDSA")];
const WHO = { issuer: ISSUER, audience: AUDIENCE };

const WAYS: ReadonlyArray<readonly [name: string, auth: JwtAuth, token: string]> = [
  ["HS256", jwt(OPTIONS), await signed()],
  ["RS256", jwt({ ...WHO, algorithms: ["RS256"], publicKey: rsa.pem }), await rsa.sign()],
  ["EdDSA", jwt({ ...WHO, algorithms: ["EdDSA"], publicKey: ed.pem }), await ed.sign()],
];

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const isGood = (auth: JwtAuth, token: string): Promise<boolean> => auth.verify(token).then(() => true, () => false);

interface Change {
  readonly kind: string;
  /** Where, as a part of the whole. */
  readonly at: number;
  readonly with: string;
}

/** One change of a text: a character replaced, taken out or put in, or the end cut off. */
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("replace", "remove", "insert", "cut", "double"),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  with: fc.oneof(fc.constantFrom(...ALPHABET, ".", "=", " ", "+", "/", "\n"), fc.string({ maxLength: 3 })),
});

function changed(token: string, { kind, at: part, with: text }: Change): string {
  const at = Math.floor(part * token.length);
  if (kind === "replace") return token.slice(0, at) + text + token.slice(at + 1);
  if (kind === "remove") return token.slice(0, at) + token.slice(at + 1);
  if (kind === "insert") return token.slice(0, at) + text + token.slice(at);
  if (kind === "cut") return token.slice(0, at);
  return token.slice(0, at) + token.slice(Math.max(0, at - text.length));
}

for (const [name, auth, token] of WAYS) {
  Deno.test(`no change of a good token of ${name} is good`, async () => {
    assertEquals(await isGood(auth, token), true);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const other = changes.reduce(changed, token);
        fc.pre(other !== token);
        assertEquals(await isGood(auth, other), false, other);
      }),
      { numRuns: 500 },
    );
  });

  Deno.test(`no other last character of a good token of ${name} is good, though it may stand for the same bytes`, async () => {
    for (const last of ALPHABET) {
      const other = token.slice(0, -1) + last;
      assertEquals(await isGood(auth, other), other === token, last);
    }
  });
}
