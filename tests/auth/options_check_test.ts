/** What jwt refuses to be told: a check that is misspelt, or unset, is none. @module */
import { assertFalse, assertThrows } from "@std/assert";
import { jwt, type JwtOptions } from "sockeye/auth";
import { OPTIONS, SECRET } from "./support/tokens.ts";

const RSA = { algorithms: ["RS256"] } as const;

const REFUSED: ReadonlyArray<readonly [options: Readonly<Record<string, unknown>>, problem: string]> = [
  [{ ...OPTIONS, issuers: ["https://a.test"] }, "the option `issuers`; did you mean `issuer`?"],
  [{ ...OPTIONS, audiance: "a" }, "did you mean `audience`?"],
  [{ ...OPTIONS, zzzzzzzzzz: 1 }, "it knows algorithms, secret"],
  [{ ...OPTIONS, issuer: undefined }, "no value for `issuer`: leave it out, or is an environment variable not set?"],
  [{ ...OPTIONS, audience: "" }, "no value for `audience`"],
  [{ ...OPTIONS, cookie: null }, "no value for `cookie`"],
  [{ ...OPTIONS, secret: "" }, "no value for `secret`"],
  [{ ...OPTIONS, clockToleranceMs: -1 }, "`clockToleranceMs` a number of milliseconds of 0 or more, not -1"],
  [{ ...OPTIONS, clockToleranceMs: NaN }, "not NaN"],
  [{ ...OPTIONS, clockToleranceMs: Infinity }, "not Infinity"],
  [{ ...RSA, keySet: { url: "https://a.test", maxAge: 1 } }, "keySet does not know the option `maxAge`"],
  [
    { ...RSA, keySet: { url: "https://a.test", minIntervalMs: 0 } },
    "`keySet.minIntervalMs` a number of milliseconds of",
  ],
  [{ ...RSA, keySet: { url: "https://a.test", maxAgeMs: NaN } }, "1000 or more, not NaN"],
  [{ ...RSA, keySet: { url: "https://a.test", timeoutMs: 0 } }, "1 or more, not 0"],
  [{ ...RSA, keySet: { url: undefined } }, "no value for `url`"],
];

for (const [options, problem] of REFUSED) {
  Deno.test(`jwt refuses what is wrong: ${problem}`, () => {
    const { message } = assertThrows(() => jwt(options as unknown as JwtOptions), TypeError, problem);
    assertFalse(message.includes(SECRET));
  });
}

Deno.test("jwt takes each option at its least", () => {
  jwt({ ...OPTIONS, clockToleranceMs: 0, requiredClaims: [], mayNeverExpire: false, cookie: "c", now: () => 0 });
  jwt({ ...RSA, keySet: { url: "https://a.test", maxAgeMs: 1_000, minIntervalMs: 1_000, timeoutMs: 1 } });
});
