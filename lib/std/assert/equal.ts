/**
 * When two values count as equal: the rules behind `assertEquals`.
 *
 * They are not those of `node:assert`: here 0 equals -0, an object without a prototype equals a plain one, accessors
 * of a class are compared too, and a key that is absent differs from one that holds undefined.
 *
 * @module
 */

/**
 * True when `a` and `b` hold the same, all the way down. Cycles are followed once.
 *
 * @throws {TypeError} for two WeakMaps or two WeakSets: nobody can look into them.
 */
export function equal(a: unknown, b: unknown): boolean {
  return isSame(a, b, new Map());
}

/** Pairs under comparison already, so that cycles end. */
type Seen = Map<object, object>;

/** Classes whose instances say all that they hold when written as a string. */
const WRITTEN_IN_FULL: readonly object[] = [RegExp, URL, URLSearchParams, Intl.Locale].map((one) => one.prototype);

function isSame(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  // Functions are the same only by identity, as primitives are.
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (!haveSamePrototype(a, b)) return false;
  return isSameByClass(a, b, seen) ?? isSameByKeys(a, b, seen);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function haveSamePrototype(a: object, b: object): boolean {
  return (Object.getPrototypeOf(a) ?? Object.prototype) === (Object.getPrototypeOf(b) ?? Object.prototype);
}

/** The answer for classes that keep their content elsewhere than in keys; undefined for all others. */
function isSameByClass(a: object, b: object, seen: Seen): boolean | undefined {
  if (isTypedArray(a) && isTypedArray(b)) return haveSameElements(a, b);
  if (isRawBuffer(a) && isRawBuffer(b)) return haveSameElements(new Uint8Array(a), new Uint8Array(b));
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a instanceof WeakMap ? "WeakMap" : "WeakSet"} instances`);
  }
  if (a instanceof WeakRef && b instanceof WeakRef) return isSame(a.deref(), b.deref(), seen);
  if (WRITTEN_IN_FULL.includes(Object.getPrototypeOf(a))) return String(a) === String(b);
  return undefined;
}

function isTypedArray(value: object): value is Uint8Array | BigInt64Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isRawBuffer(value: object): value is ArrayBuffer | SharedArrayBuffer {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function haveSameElements(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== b[at] && !Object.is(a[at], b[at])) return false;
  }
  return true;
}

function isSameByKeys(a: object, b: object, seen: Seen): boolean {
  if (seen.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  seen.set(a, b);
  if (a instanceof Set && b instanceof Set) return a.size === b.size && haveSameEntries([...a], [...b], seen);
  if (a instanceof Map && b instanceof Map) return a.size === b.size && haveSameEntries([...a], [...b], seen);
  for (const key of comparedKeys(a).union(comparedKeys(b))) {
    if ((key in a) !== (key in b)) return false;
    if (!isSame(Reflect.get(a, key), Reflect.get(b, key), seen)) return false;
  }
  return true;
}

/** Each entry has a partner of its own on the other side; order does not count. */
function haveSameEntries(a: readonly unknown[], b: readonly unknown[], seen: Seen): boolean {
  const unmatched = [...b];
  return a.every((entry) => {
    const at = unmatched.findIndex((other) => isSame(entry, other, seen));
    if (at < 0) return false;
    unmatched.splice(at, 1);
    return true;
  });
}

/** What is enumerable of plain objects and arrays; of other classes every key, accessors of the class included. */
function comparedKeys(value: object): Set<PropertyKey> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) {
    return new Set(Reflect.ownKeys({ ...value }));
  }
  const keys = new Set<PropertyKey>();
  for (let level: object | null = value; level !== null && level !== Object.prototype && level !== Array.prototype;) {
    for (const key of Reflect.ownKeys(level)) keys.add(key);
    level = Object.getPrototypeOf(level);
  }
  return keys;
}
