/**
 * Tokens, good ones and all kinds of others.
 *
 * @module
 */
import { exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import type { Claims, JwtOptions } from "sockeye/auth";

/** What HS256 is signed with. */
export const SECRET = "swordfish and thirty more bytes of it";

/** One more of the kind. */
export const OTHER_SECRET = "some other secret, of thirty-two bytes";

export const ISSUER = "https://login.example.com";
export const AUDIENCE = "https://edge.example.com";

/** Options that most tests begin with. */
export const OPTIONS = {
  algorithms: ["HS256"],
  secret: SECRET,
  issuer: ISSUER,
  audience: AUDIENCE,
  clockToleranceMs: 0,
} as const satisfies JwtOptions;

const encoder = new TextEncoder();

/** Seconds since 1970, and so many more. */
export const seconds = (more = 0): number => Math.floor(Date.now() / 1000) + more;

/** Claims of a good token. A claim that is undefined is left out. */
export function claimsOf(more: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const all = { iss: ISSUER, aud: AUDIENCE, sub: "ada", exp: seconds(600), ...more };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JWTPayload;
}

/** A token signed with a secret. */
export function signed(more: Readonly<Record<string, unknown>> = {}, secret = SECRET, alg = "HS256"): Promise<string> {
  return new SignJWT(claimsOf(more)).setProtectedHeader({ alg }).sign(encoder.encode(secret));
}

/** A text, or a value as JSON, in base64url. */
export function base64url(value: unknown): string {
  const bytes = value instanceof Uint8Array
    ? value
    : encoder.encode(typeof value === "string" ? value : JSON.stringify(value));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** A token with a header of one's own, signed with HMAC whatever that says. */
export async function forged(
  header: Readonly<Record<string, unknown>>,
  claims: unknown = claimsOf(),
  secret = SECRET,
): Promise<string> {
  const text = `${base64url(header)}.${base64url(claims)}`;
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return `${text}.${base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))))}`;
}

/** A pair of keys, whose tokens name it. */
export interface Signer {
  readonly jwk: JWK;
  readonly pem: string;
  sign(more?: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function signer(alg: "RS256" | "EdDSA" | "ES256", kid?: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const named = kid === undefined ? {} : { kid };
  return {
    jwk: { ...await exportJWK(publicKey), alg, use: "sig", ...named },
    pem: await exportSPKI(publicKey),
    sign: (more = {}) => new SignJWT(claimsOf(more)).setProtectedHeader({ alg, ...named }).sign(privateKey),
  };
}

export { importJWK };
export type { Claims };

/** Every kind of token that is none, or not good enough, and the fault it is refused for. */
export async function badTokens(): Promise<ReadonlyArray<readonly [what: string, token: string, fault: string]>> {
  const good = await signed();
  const [head = "", body = "", signature = ""] = good.split(".");
  const other = await signed({ sub: "eve" });
  const stranger = await signer("RS256");
  return [
    ["expired", await signed({ exp: seconds(-1) }), "expired"],
    ["not yet valid", await signed({ nbf: seconds(60) }), "not-yet"],
    ["of another issuer", await signed({ iss: "https://evil.example.com" }), "issuer"],
    ["of no issuer", await signed({ iss: undefined }), "claim"],
    ["for another audience", await signed({ aud: "https://other.example.com" }), "audience"],
    ["for nobody", await signed({ aud: undefined }), "claim"],
    ["that never expires", await signed({ exp: undefined }), "claim"],
    ["whose exp is a text", await forged({ alg: "HS256" }, { ...claimsOf(), exp: "tomorrow" }), "claim"],
    ["of another HMAC", await signed({}, SECRET.padEnd(64, "!"), "HS512"), "algorithm"],
    ["of an asymmetric algorithm", await stranger.sign(), "algorithm"],
    ["that names no algorithm", await forged({ typ: "JWT" }), "malformed"],
    ["of an algorithm that nobody knows", await forged({ alg: "HS257" }), "algorithm"],
    ["signed with another secret", await signed({}, OTHER_SECRET), "signature"],
    ["with the signature of another", `${head}.${body}.${other.split(".")[2]}`, "signature"],
    ["with the claims of another", `${head}.${other.split(".")[1]}.${signature}`, "signature"],
    ["of the algorithm none", `${base64url({ alg: "none" })}.${body}.`, "malformed"],
    ["of the algorithm none, signed", await forged({ alg: "none" }), "algorithm"],
    ["of the algorithm NONE, signed", await forged({ alg: "NONE" }), "algorithm"],
    ["with a critical field that nobody knows", await forged({ alg: "HS256", crit: ["x"], x: 1 }), "malformed"],
    ["whose claims are a list", await forged({ alg: "HS256" }, [1]), "malformed"],
    ["whose claims are no JSON", await forged({ alg: "HS256" }, "{"), "malformed"],
    ["of two parts", `${head}.${body}`, "malformed"],
    ["of four parts", `${good}.${signature}`, "malformed"],
    ["of five parts, as if encrypted", `${good}.${head}.${body}`, "malformed"],
    ["that is a word", "swordfish", "malformed"],
    ["of dots", "..", "malformed"],
    ["with padding", `${good}=`, "malformed"],
    ["that is huge", await signed({ more: "x".repeat(6_500) }), "too-long"],
  ];
}
