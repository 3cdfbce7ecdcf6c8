/**
 * Stand-in for `@std/crypto`, holding only what is used.
 *
 * @module
 */
export { crypto } from "./crypto.ts";
export type { DigestAlgorithm } from "./crypto.ts";
