/**
 * Values that can be cloned: what a route may keep as its context, hand over, or write into its log.
 *
 * @module
 */
import fc from "fast-check";

/** What JSON knows, except `-0`. */
export const jsonValue: fc.Arbitrary<unknown> = fc.jsonValue({ noUnicodeString: false }).filter((value) =>
  !JSON.stringify(value).includes("__proto__") && !JSON.stringify(value).includes("toJSON")
).map((value) => withoutNegativeZero(value));

const oddKey = fc.constantFrom("__proto__", "toJSON", "constructor", "length", "0", "-0", "\ud800", "", "\udfff x");

const oddLeaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, -0, 0, NaN, Infinity, -Infinity, "\ud800", "\udc00\ud800", "\ufeff", ""),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/x/gi, new Error("an error")).map((one) => one instanceof Error ? new RangeError("range") : one),
  fc.uint8Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint16Array().map(({ buffer }) => buffer),
  fc.uint8Array({ minLength: 4 }).map((bytes) => new DataView(bytes.buffer, 1, 2)),
  fc.boolean().map(Object),
  fc.string().map(Object),
);

/** Anything that can be cloned, and where two ways may differ. */
export const cloneable: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
    withUnicodeString: true,
  }),
  jsonValue,
  fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
    leaf: fc.oneof(fc.jsonValue(), oddLeaf),
    tree: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      tie("leaf"),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.array(tie("tree"), { maxLength: 4 }).map(shared),
      fc.array(fc.tuple(fc.oneof(fc.string({ unit: "binary" }), oddKey), tie("tree")), { maxLength: 4 }).map(objectOf),
      fc.array(fc.tuple(tie("tree"), tie("tree")), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(tie("tree"), { maxLength: 3 }).map((members) => new Set(members)),
      fc.array(tie("tree"), { maxLength: 3 }).map(cyclic),
      fc.array(tie("tree"), { maxLength: 3 }).map(named),
    ),
  })).tree,
);

/** An object that has these as its own, `__proto__` too. */
function objectOf(entries: ReadonlyArray<readonly [string, unknown]>): object {
  const object = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** An array in which each stands twice. */
function shared(list: readonly unknown[]): unknown[] {
  return [...list, ...list];
}

/** An array that stands within itself. */
function cyclic(list: readonly unknown[]): unknown[] {
  const all: unknown[] = [...list];
  all.push({ all });
  return all;
}

/** An array with a hole and a name. */
function named(list: readonly unknown[]): unknown[] {
  const all: unknown[] = [...list];
  all.length += 1;
  return Object.assign(all, { name: "named" });
}

function withoutNegativeZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutNegativeZero(one)]));
}
