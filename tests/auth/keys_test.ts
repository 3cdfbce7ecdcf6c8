/** Which keys go with which algorithms: what could be confused is refused before the first token. @module */
import { assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { exportPKCS8, generateKeyPair } from "jose";
import { jwt, type JwtOptions } from "sockeye/auth";
import { keysOf } from "../../lib/auth/keys.ts";
import { AUDIENCE, claimsOf, forged, ISSUER, OPTIONS, SECRET, signed, signer } from "./support/tokens.ts";

const rsa = await signer("RS256");
const ed = await signer("EdDSA");
const ec = await signer("ES256");

type Keys = Pick<JwtOptions, "algorithms" | "secret" | "publicKey" | "keySet">;

const PRIVATE = await exportPKCS8((await generateKeyPair("EdDSA", { extractable: true })).privateKey);

const REFUSED: ReadonlyArray<readonly [what: string, keys: Keys, problem: string]> = [
  ["no key", { algorithms: ["HS256"] }, "one of `secret`, `publicKey` and `keySet`"],
  ["an empty secret", { algorithms: ["HS256"], secret: "" }, "environment variable not set"],
  ["two keys", { algorithms: ["HS256"], secret: SECRET, publicKey: rsa.pem }, "not several"],
  ["a short secret", { algorithms: ["HS256"], secret: "swordfish" }, "at least 32 bytes for HS256, not 9"],
  ["a secret too short for another", { algorithms: ["HS256", "HS512"], secret: SECRET }, "at least 64 bytes for HS512"],
  ["HS256 with a PEM", { algorithms: ["HS256"], publicKey: rsa.pem }, "cannot check HS256 with a public key"],
  ["HS256 with a JWK", { algorithms: ["RS256", "HS256"], publicKey: { ...rsa.jwk } }, "HS256 with a public key"],
  ["HS256 with a key set", { algorithms: ["HS256"], keySet: "https://a.test/keys" }, "HS256 with a public key"],
  ["a PEM as secret", { algorithms: ["HS256"], secret: rsa.pem }, "a PEM as `secret`"],
  ["RS256 with a secret", { algorithms: ["RS256"], secret: SECRET }, "cannot check RS256 with a secret"],
  ["RS256 with a key of EdDSA", { algorithms: ["RS256"], publicKey: ed.pem }, "needs an RSA key"],
  ["EdDSA with a key of RSA", { algorithms: ["EdDSA"], publicKey: rsa.pem }, "a key on the curve Ed25519"],
  ["ES384 with a key of ES256", { algorithms: ["ES384"], publicKey: ec.pem }, "a key on the curve P-384"],
  ["a secret as JWK", { algorithms: ["RS256"], publicKey: { kty: "oct", k: "c2VjcmV0" } }, "needs an RSA key"],
  ["a private PEM", { algorithms: ["EdDSA"], publicKey: PRIVATE }, "a private key as `publicKey`"],
  [
    "a private JWK",
    { algorithms: ["EdDSA"], publicKey: { ...ed.jwk, d: "swordfish" } },
    "a private key as `publicKey`",
  ],
  ["no PEM", { algorithms: ["RS256"], publicKey: "swordfish" }, "-----BEGIN PUBLIC KEY-----"],
  ["a broken PEM", {
    algorithms: ["RS256"],
    publicKey: "-----BEGIN PUBLIC KEY-----\nswordfish\n-----END PUBLIC KEY-----\n",
  }, "cannot read `publicKey`"],
  ["keys over http", { algorithms: ["RS256"], keySet: "http://a.test/keys" }, "it needs https"],
  ["keys of a file", { algorithms: ["RS256"], keySet: "file:///keys" }, "it needs https"],
  ["keys at a host that only looks like this machine", {
    algorithms: ["RS256"],
    keySet: "http://localhost.a.test/keys",
  }, "it needs https"],
  ["keys nowhere", { algorithms: ["RS256"], keySet: "/keys" }, "an absolute URL"],
];

for (const [what, keys, problem] of REFUSED) {
  Deno.test(`jwt refuses ${what}, and says nothing of it`, () => {
    const { message } = assertThrows(() => jwt(keys), TypeError, problem);
    for (const secret of [SECRET, "swordfish", rsa.jwk.n!, PRIVATE.slice(40, 60)]) {
      assertFalse(message.includes(secret), message);
    }
  });
}

Deno.test("keysOf takes key sets over https, and from this machine", () => {
  const { algorithms } = { algorithms: ["RS256"] } as const;
  for (
    const keySet of ["https://a.test/keys", "http://127.0.0.1:1/k", "http://[::1]:1/k", new URL("http://localhost/k")]
  ) {
    keysOf({ algorithms, keySet });
    keysOf({ algorithms, keySet: { url: keySet } });
  }
});

for (const [alg, made] of [["RS256", rsa], ["EdDSA", ed], ["ES256", ec]] as const) {
  for (const form of ["pem", "jwk"] as const) {
    Deno.test(`jwt checks ${alg} with a public key as ${form.toUpperCase()}`, async () => {
      const auth = jwt({ algorithms: [alg], publicKey: made[form] as string, issuer: ISSUER, audience: AUDIENCE });
      assertEquals((await auth.verify(await made.sign())).sub, "ada");
      const stranger = await signer(alg);
      await assertRejects(() => stranger.sign().then(auth.verify), Error, "the signature of the token is wrong");
      // The attack of RFC 8725 §2.1: the public key, which everybody knows, as the secret of an HMAC.
      for (const secret of [made.pem, JSON.stringify(made.jwk), made.pem.trim()]) {
        const confused = await forged({ alg: "HS256" }, claimsOf(), secret);
        await assertRejects(() => auth.verify(confused), Error, "in a way that is not allowed here");
      }
    });
  }
}

Deno.test("a secret that is changed after it was given is the one that was given", async () => {
  const secret = new TextEncoder().encode(SECRET);
  const auth = jwt({ ...OPTIONS, secret });
  const token = await signed();
  secret.fill(0);
  assertEquals((await auth.verify(token)).sub, "ada");
});
