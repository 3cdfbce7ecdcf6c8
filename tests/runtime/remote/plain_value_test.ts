import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { jsonOf } from "../../../lib/runtime/remote/plain_value.ts";
import { cloneable, jsonValue } from "./support/any_value.ts";

/** What remains of a text that is written in UTF-8 and read again. */
function written(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

Deno.test("jsonOf: what JSON says of any value is its structured clone, or jsonOf says nothing", () => {
  fc.assert(
    fc.property(cloneable, (value) => {
      const json = jsonOf(value);
      if (json === undefined) return;
      assert(isDeepStrictEqual(JSON.parse(written(json)), structuredClone(value)), json);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("jsonOf says any value that JSON knows", () => {
  fc.assert(fc.property(jsonValue, (value) => assertEquals(jsonOf(value), JSON.stringify(value))));
});

const shared = {};
const loop: unknown[] = [];
loop.push(loop);

const CHANGED: ReadonlyArray<readonly [what: string, value: unknown]> = [
  ["undefined", undefined],
  ["undefined in an object", { a: undefined }],
  ["undefined in an array", [undefined]],
  ["a hole", [1, , 3]],
  ["an array with a name", Object.assign([1], { name: "x" })],
  ["a hole that a name makes up for", Object.assign([, 1], { name: "x" })],
  ["-0", [-0]],
  ["NaN", NaN],
  ["Infinity", { a: -Infinity }],
  ["a bigint", 1n],
  ["a lone surrogate", "\ud800"],
  ["a lone surrogate as a key", { "\udc00": 1 }],
  ["a date", new Date(0)],
  ["a map", new Map()],
  ["a set", new Set()],
  ["bytes", new Uint8Array(1)],
  ["a boxed number", Object(1)],
  ["an error", new Error("x")],
  ["an object without a prototype", Object.create(null)],
  ["an instance of a class", new (class Point {})()],
  ["a key __proto__", JSON.parse('{"__proto__":1}')],
  ["a key toJSON", { toJSON: 1 }],
  ["an array with toJSON", Object.assign([], { toJSON: () => 1 })],
  ["what stands in two places", [shared, shared]],
  ["what stands within itself", loop],
  ["a function", { a: () => {} }],
  ["a symbol", Symbol("x")],
];

for (const [what, value] of CHANGED) {
  Deno.test(`jsonOf says nothing of ${what}`, () => assertEquals(jsonOf(value), undefined));
}

Deno.test("jsonOf says nothing of what lies very deep, and does not overflow", () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 === 0 ? [deep] : { deep };
  assertEquals(jsonOf(deep), undefined);
  assertEquals(jsonOf([[[1]]]), "[[[1]]]");
});

Deno.test("jsonOf calls no toJSON that was put on a prototype", () => {
  const prototypes = [Object.prototype, Array.prototype] as object[];
  for (const [at, value] of [{ a: 1 }, [1]].entries()) {
    Object.defineProperty(prototypes[at]!, "toJSON", { value: () => "changed", configurable: true });
    try {
      assertEquals(jsonOf(value), undefined);
    } finally {
      Reflect.deleteProperty(prototypes[at]!, "toJSON");
    }
  }
});
