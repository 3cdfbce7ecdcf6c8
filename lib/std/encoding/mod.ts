/**
 * Stand-in for `@std/encoding`, holding only what is used.
 *
 * @module
 */
export { decodeBase64, encodeBase64 } from "./base64.ts";
export { decodeHex, encodeHex } from "./hex.ts";
