/**
 * What a piece of code allocates in byte arrays, measured by standing in for their constructor.
 *
 * @module
 */

/**
 * Runs `work` and returns the bytes of all `Uint8Array`s that were made new in it; views of existing memory are free.
 */
export function allocatedBy(work: () => void): number {
  const Original = globalThis.Uint8Array;
  let bytes = 0;
  globalThis.Uint8Array = new Proxy(Original, {
    construct(target, args, newTarget) {
      const made: Uint8Array = Reflect.construct(target, args, newTarget);
      if (!(args[0] instanceof ArrayBuffer)) bytes += made.byteLength;
      return made;
    },
  });
  try {
    work();
  } finally {
    globalThis.Uint8Array = Original;
  }
  return bytes;
}
