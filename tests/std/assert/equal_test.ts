/** When two values are equal for `@std/assert`. @module */
import { assert, assertFalse, assertThrows, equal } from "@std/assert";
import fc from "fast-check";

class Point {
  #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get x(): number {
    return this.#x;
  }
}
class OtherPoint extends Point {}

const date = (text: string): Date => new Date(text);
const withoutPrototype = (fields: object): unknown => Object.assign(Object.create(null), fields);

const EQUAL: ReadonlyArray<readonly [rule: string, a: unknown, b: unknown]> = [
  ["0 and -0", [0], [-0]],
  ["NaN and NaN", { n: NaN }, { n: NaN }],
  ["objects whatever the order of their keys", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["an object without a prototype and a plain one", withoutPrototype({ a: 1 }), { a: 1 }],
  ["keys that are symbols", { [Symbol.for("k")]: 1 }, { [Symbol.for("k")]: 1 }],
  ["nested arrays", [1, [2, [3]]], [1, [2, [3]]]],
  ["dates", date("2026-01-01"), date("2026-01-01")],
  ["invalid dates", date("x"), date("x")],
  ["regular expressions", /a/g, /a/g],
  ["URLs", new URL("http://a/b"), new URL("http://a/b")],
  ["typed arrays", new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1)],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  ["maps whatever the order", new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]])],
  ["maps with objects as keys", new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])],
  ["sets whatever the order", new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])],
  ["instances whose accessors agree", new Point(1), new Point(1)],
];

const DIFFERENT: ReadonlyArray<readonly [rule: string, a: unknown, b: unknown]> = [
  ["a number and its string", 1, "1"],
  ["null and undefined", null, undefined],
  ["an absent key and one that holds undefined", {}, { a: undefined }],
  ["two keys that hold undefined", { a: undefined }, { b: undefined }],
  ["symbols made twice", { [Symbol("k")]: 1 }, { [Symbol("k")]: 1 }],
  ["arrays in another order", [1, 2], [2, 1]],
  ["an array and its prefix", [1, 2], [1]],
  ["an array and an object", [], {}],
  ["dates", date("2026-01-01"), date("2026-01-02")],
  ["flags of regular expressions", /a/g, /a/i],
  ["URLs", new URL("http://a/b"), new URL("http://a/c")],
  ["typed arrays of other bytes", new Uint8Array([1]), new Uint8Array([2])],
  ["typed arrays of other lengths", new Uint8Array(1), new Uint8Array(2)],
  ["typed arrays of other classes", new Uint8Array([1]), new Int8Array([1])],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  ["maps of other values", new Map([["a", 1]]), new Map([["a", 2]])],
  ["maps of other keys", new Map([["a", 1]]), new Map([["b", 1]])],
  ["sets of other sizes", new Set([1]), new Set([1, 2])],
  ["instances whose accessors disagree", new Point(1), new Point(2)],
  ["instances of a class and its subclass", new Point(1), new OtherPoint(1)],
  ["two functions of one source", () => 1, () => 1],
];

for (const [rule, a, b] of EQUAL) {
  Deno.test(`equal holds for ${rule}`, () => {
    assert(equal(a, b));
    assert(equal(b, a));
  });
}

for (const [rule, a, b] of DIFFERENT) {
  Deno.test(`equal tells apart ${rule}`, () => {
    assertFalse(equal(a, b));
    assertFalse(equal(b, a));
  });
}

Deno.test("equal follows cycles once", () => {
  const a: { self?: unknown } = {};
  a.self = a;
  const b: { self?: unknown } = {};
  b.self = b;
  assert(equal(a, b));
});

Deno.test("equal throws a TypeError for two WeakMaps, and for two WeakSets", () => {
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "WeakMap");
  assertThrows(() => equal(new WeakSet(), new WeakSet()), TypeError, "WeakSet");
});

Deno.test("property: a value equals its structured clone", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert(equal(value, structuredClone(value)))));
});
