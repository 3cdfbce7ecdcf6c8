/**
 * An Ed25519 public key as people have it: PEM, or base64.
 *
 * @module
 */

/** RFC 8410 §4: SubjectPublicKeyInfo of an Ed25519 key, up to its 32 bytes. */
const SPKI_BEGIN = "302a300506032b6570032100";

const KEY_BYTES = 32;

/**
 * The 32 bytes of a key that is given as PEM (`-----BEGIN PUBLIC KEY-----`), as the base64 in it, or as base64 of the 32
 * bytes alone.
 *
 * @returns undefined when it is none of these.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { publicKeyBytes } from "./public_key.ts";
 *
 * assertEquals(publicKeyBytes("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")?.length, 32);
 * assertEquals(publicKeyBytes("not a key"), undefined);
 * ```
 */
export function publicKeyBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = text.replaceAll(/-----(?:BEGIN|END) PUBLIC KEY-----/g, "").replaceAll(/\s+|\\n/g, "");
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(base64);
  } catch {
    // Whoever asks says what it must be.
    return undefined;
  }
  if (bytes.length === KEY_BYTES) return bytes;
  const begin = bytes.subarray(0, -KEY_BYTES).toHex();
  return bytes.length === KEY_BYTES + SPKI_BEGIN.length / 2 && begin === SPKI_BEGIN
    ? bytes.slice(-KEY_BYTES)
    : undefined;
}
