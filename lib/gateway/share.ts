/**
 * Who belongs to a share of all: decided by name alone, so that it is the same wherever and whenever it is asked.
 *
 * @module
 */

const ALL = 2 ** 32;

/**
 * Whether a name falls into a share. Whoever is in a share is in every larger one too.
 *
 * @param share 0 is nobody, 1 is everybody.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isInShare } from "./share.ts";
 *
 * assertEquals([isInShare("8d1f-1", 0), isInShare("8d1f-1", 1)], [false, true]);
 * assertEquals(isInShare("8d1f-1", 0.5), isInShare("8d1f-1", 0.5));
 * ```
 */
export function isInShare(name: string, share: number): boolean {
  return hashOf(name) < share * ALL;
}

/** FNV-1a over the UTF-16 units, then the finalizer of MurmurHash3: names that differ in their last sign lie far apart. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
