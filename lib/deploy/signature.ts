/**
 * Signatures of deployments: Ed25519 over the bytes of the manifest, in which the hash of the code stands.
 *
 * @module
 */
import { publicKeyBytes } from "../gateway/mod.ts";

/**
 * Whether whoever has the private key to this public key has signed these bytes.
 *
 * @param key a public key as the option `deployKey` takes it.
 * @param signature in base64.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isSigned } from "./signature.ts";
 *
 * const key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
 * assertEquals(await isSigned(key, new TextEncoder().encode("{}"), "AAAA"), false);
 * ```
 */
export async function isSigned(key: string, manifest: Uint8Array<ArrayBuffer>, signature: string): Promise<boolean> {
  const bytes = publicKeyBytes(key);
  if (bytes === undefined) throw new TypeError("the key is no Ed25519 public key, as PEM or base64");
  let signed: Uint8Array<ArrayBuffer>;
  try {
    signed = Uint8Array.fromBase64(signature);
  } catch {
    // What is no base64 is no signature.
    return false;
  }
  const publicKey = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
  return await crypto.subtle.verify("Ed25519", publicKey, signed, manifest);
}

/**
 * Signs.
 *
 * @param pem a private key, PKCS #8 (`-----BEGIN PRIVATE KEY-----`).
 * @returns base64.
 * @throws {TypeError} when it is no Ed25519 private key.
 */
export async function sign(pem: string, manifest: Uint8Array<ArrayBuffer>): Promise<string> {
  const [, base64] = /-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----/.exec(pem) ?? [];
  try {
    const bytes = Uint8Array.fromBase64((base64 ?? "-").replaceAll(/\s+/g, ""));
    const privateKey = await crypto.subtle.importKey("pkcs8", bytes, "Ed25519", false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, manifest)).toBase64();
  } catch (cause) {
    const advice = "make one with: openssl genpkey -algorithm ed25519 -out deploy.key";
    throw new TypeError(`it is no Ed25519 private key (PKCS #8, PEM); ${advice}`, { cause });
  }
}
