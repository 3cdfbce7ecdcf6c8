/**
 * The key that a token is checked with: where it comes from, and whether it can be one for the algorithms that are named.
 *
 * @module
 */
import { type CryptoKey, importJWK, type JWK } from "jose";
import { createPublicKey } from "node:crypto";
import { type AlgorithmRow, rowsOf } from "./algorithms.ts";
import type { JwtOptions } from "./contract.ts";
import { fetchKeySet } from "./fetch_key_set.ts";
import { KeySet } from "./key_set.ts";

/** What of a token's header says which key it is. */
export interface KeyHeader {
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
}

/**
 * Finds the key of a token, whose algorithm is one of those that are named.
 *
 * @throws {TokenError} when there is none. {KeySetError} when nobody can know.
 */
export type FindKey = (header: KeyHeader) => Promise<CryptoKey | Uint8Array>;

type Rows = ReturnType<typeof rowsOf>;

/**
 * Reads the options that say what signatures are checked with.
 *
 * @throws {TypeError} for keys that do not fit the algorithms. Nothing of a key is in the message.
 */
export function keysOf(options: Pick<JwtOptions, "algorithms" | "secret" | "publicKey" | "keySet">): FindKey {
  const rows = rowsOf(options.algorithms);
  const { secret, publicKey, keySet } = options;
  if ([secret, publicKey, keySet].filter((given) => given !== undefined).length !== 1) {
    throw new TypeError("jwt needs one of `secret`, `publicKey` and `keySet`, and not several");
  }
  if (secret !== undefined) return secretOf(rows, secret);
  const shared = rows.find(([, { keyType }]) => keyType === "oct");
  if (shared !== undefined) {
    // With a public key as its secret, anybody could sign: RFC 8725 §2.1.
    throw new TypeError(`jwt cannot check ${shared[0]} with a public key: name it with \`secret\`, or leave it out`);
  }
  if (publicKey !== undefined) return publicKeyOf(rows, publicKey);
  const given = typeof keySet === "string" || keySet instanceof URL ? { url: keySet } : keySet!;
  const url = keySetUrl(given.url);
  const set = new KeySet({
    ...given,
    url: url.href,
    fetchKeys: (timeoutMs) => fetchKeySet(url, timeoutMs),
    now: () => performance.now(),
  });
  return (header) => set.find(header);
}

function secretOf(rows: Rows, secret: string | Uint8Array): FindKey {
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : new Uint8Array(secret);
  for (const [name, { keyType, secretBytes = 0 }] of rows) {
    if (keyType !== "oct") {
      throw new TypeError(`jwt cannot check ${name} with a secret: give \`publicKey\` or \`keySet\``);
    }
    if (bytes.length < secretBytes) {
      throw new TypeError(`jwt needs a secret of at least ${secretBytes} bytes for ${name}, not ${bytes.length}`);
    }
  }
  if (typeof secret === "string" && secret.includes("-----BEGIN ")) {
    throw new TypeError("jwt was given a PEM as `secret`; a public key is given as `publicKey`");
  }
  return once((alg) => {
    const hash = `SHA-${alg.slice(2)}`;
    return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["verify"]);
  });
}

function publicKeyOf(rows: Rows, publicKey: string | Readonly<Record<string, unknown>>): FindKey {
  const jwk = typeof publicKey === "string" ? jwkOfPem(publicKey) : publicKey as JWK;
  if ("d" in jwk) throw new TypeError("jwt was given a private key as `publicKey`; it needs the public one alone");
  for (const [name, row] of rows) {
    if (!fits(jwk, row)) {
      throw new TypeError(`jwt cannot check ${name} with this \`publicKey\`: that needs ${wordsOf(row)}`);
    }
  }
  return once((alg) => importJWK(jwk, alg));
}

/** A key is imported once for each algorithm. */
function once(importKey: (alg: string) => ReturnType<FindKey>): FindKey {
  const imported = new Map<string, ReturnType<FindKey>>();
  return ({ alg = "" }) => {
    const key = imported.get(alg) ?? importKey(alg);
    imported.set(alg, key);
    return key;
  };
}

function jwkOfPem(pem: string): JWK {
  if (pem.includes("PRIVATE KEY")) {
    throw new TypeError("jwt was given a private key as `publicKey`; it needs the public one alone");
  }
  try {
    return createPublicKey(pem).export({ format: "jwk" }) as JWK;
  } catch {
    // What was wrong with it would quote it.
    throw new TypeError("jwt cannot read `publicKey`: it takes a PEM that begins with -----BEGIN PUBLIC KEY-----");
  }
}

function fits(jwk: JWK, { keyType, curve }: AlgorithmRow): boolean {
  return jwk.kty === keyType && (curve === undefined || jwk.crv === curve);
}

function wordsOf({ keyType, curve }: AlgorithmRow): string {
  return keyType === "RSA" ? "an RSA key" : `a key on the curve ${curve}`;
}

/** Whoever can change the keys on their way can sign for everybody. */
function keySetUrl(given: string | URL): URL {
  if (!URL.canParse(String(given))) throw new TypeError("jwt needs as `keySet` an absolute URL");
  const url = new URL(String(given));
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isHere)) return url;
  throw new TypeError(`jwt does not fetch keys from ${url.protocol}//${url.host}: it needs https, or this machine`);
}
