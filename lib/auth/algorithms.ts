/**
 * What each way of signing takes as its key.
 *
 * @module
 */
import type { SignatureAlgorithm } from "./contract.ts";

/** What is known of an algorithm. */
export interface AlgorithmRow {
  /** The `kty` of its keys. RFC 7518 §6.1. */
  readonly keyType: "oct" | "RSA" | "EC" | "OKP";
  /** Of a secret, at least: RFC 7518 §3.2, as long as the hash. */
  readonly secretBytes?: number;
  /** The `crv` of its keys. */
  readonly curve?: string;
}

/** The rows, by name. */
export const ALGORITHMS = {
  HS256: { keyType: "oct", secretBytes: 32 },
  HS384: { keyType: "oct", secretBytes: 48 },
  HS512: { keyType: "oct", secretBytes: 64 },
  RS256: { keyType: "RSA" },
  RS384: { keyType: "RSA" },
  RS512: { keyType: "RSA" },
  PS256: { keyType: "RSA" },
  PS384: { keyType: "RSA" },
  PS512: { keyType: "RSA" },
  ES256: { keyType: "EC", curve: "P-256" },
  ES384: { keyType: "EC", curve: "P-384" },
  ES512: { keyType: "EC", curve: "P-521" },
  EdDSA: { keyType: "OKP", curve: "Ed25519" },
} as const satisfies Record<SignatureAlgorithm, AlgorithmRow>;

/**
 * Checks which algorithms are named.
 *
 * @returns their rows, by name.
 * @throws {TypeError} when there is none, or one that is not known.
 */
export function rowsOf(algorithms: unknown): ReadonlyArray<readonly [SignatureAlgorithm, AlgorithmRow]> {
  const known = Object.keys(ALGORITHMS).join(", ");
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw new TypeError(`jwt needs \`algorithms\`: a list of those that your issuer signs with, of ${known}`);
  }
  return algorithms.map((name: unknown) => {
    if (typeof name !== "string" || !Object.hasOwn(ALGORITHMS, name)) {
      throw new TypeError(`jwt does not take ${JSON.stringify(name)} in \`algorithms\`; it takes ${known}`);
    }
    return [name as SignatureAlgorithm, ALGORITHMS[name as SignatureAlgorithm]];
  });
}
