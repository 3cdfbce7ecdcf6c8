/** What crosses a border comes back as a structured clone would be. @module */
import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeValue,
  encodeValue,
  errorOf,
  type ErrorRecord,
  errorRecord,
  VALUE,
} from "../../../lib/runtime/remote/value.ts";
import { WireError } from "../../../lib/runtime/remote/wire.ts";
import { isDeepStrictEqual } from "node:util";
import { cloneable, jsonValue } from "./support/any_value.ts";

function crossed(value: unknown): unknown {
  const bytes = encodeValue(value);
  return decodeValue(bytes, 0, bytes.length);
}

function assertSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) assertEquals(actual, expected);
  assert(isDeepStrictEqual(actual, expected), "prototypes, holes or signs of zero differ");
}

Deno.test("any value comes back as its structured clone", () => {
  fc.assert(fc.property(cloneable, (value) => assertSame(crossed(value), structuredClone(value))), { numRuns: 1500 });
});

Deno.test("any value comes back from the middle of other bytes", () => {
  fc.assert(fc.property(cloneable, fc.nat(9), fc.nat(9), (value, before, behind) => {
    const bytes = encodeValue(value);
    const all = new Uint8Array(before + bytes.length + behind).fill(0x41);
    all.set(bytes, before);
    assertSame(decodeValue(all, before, before + bytes.length), structuredClone(value));
  }));
});

Deno.test("what stands in two places, or within itself, does so when it comes back", () => {
  const one = { name: "one" };
  const [first, second] = crossed([one, one]) as unknown[];
  assertStrictEquals(first, second);
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  const back = crossed(loop) as Record<string, unknown>;
  assertStrictEquals(back["self"], back);
});

Deno.test("a value is JSON where that says all of it, and a clone only otherwise", () => {
  assertEquals(encodeValue(undefined), Uint8Array.of(VALUE.UNDEFINED));
  assertEquals(encodeValue({ a: [1, "ä"] })[0], VALUE.JSON);
  for (const value of [new Map(), -0, 1n, { a: undefined }]) assertEquals(encodeValue(value)[0], VALUE.CLONE);
  fc.assert(fc.property(jsonValue, (value) => assertEquals(encodeValue(value)[0], VALUE.JSON)));
});

Deno.test("what cannot be cloned is a TypeError that says what it is", () => {
  for (const value of [() => {}, Symbol("s"), { socket: { write() {} } }, [Promise.resolve()]]) {
    const error = assertThrows(() => encodeValue(value), TypeError);
    assert(error.message.length > 0);
  }
  assertThrows(
    () =>
      encodeValue({
        get broken(): never {
          throw new Error("a getter");
        },
      }),
    TypeError,
    "a getter",
  );
});

Deno.test("any bytes are a value or a WireError", () => {
  const tags = fc.constantFrom(...Object.values(VALUE), 3, 255);
  const random = fc.tuple(tags, fc.uint8Array({ maxLength: 64 })).map(([tag, body]) => [tag, ...body]);
  const clones = fc.tuple(fc.constant(VALUE.CLONE), fc.uint8Array({ maxLength: 64 }))
    .map(([tag, body]) => [tag, 0xff, 0x0f, ...body]);
  const damaged = fc.tuple(cloneable, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
    const bytes = encodeValue(value);
    bytes[at % bytes.length] = byte;
    return [...bytes];
  });
  const cut = fc.tuple(cloneable, fc.nat()).map(([value, at]) => {
    const bytes = encodeValue(value);
    return [...bytes.subarray(0, at % bytes.length)];
  });
  fc.assert(
    fc.property(fc.oneof(random, clones, damaged, cut), (bytes) => {
      try {
        decodeValue(Uint8Array.from(bytes), 0, bytes.length);
      } catch (error) {
        assertInstanceOf(error, WireError);
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("no bytes, and bytes of an unknown kind, are a WireError", () => {
  assertThrows(() => decodeValue(new Uint8Array(0), 0, 0), WireError);
  assertThrows(() => decodeValue(Uint8Array.of(VALUE.UNDEFINED), 0, 0), WireError);
  assertThrows(() => decodeValue(Uint8Array.of(9), 0, 1), WireError, "a value of the unknown kind 9");
  assertThrows(() => decodeValue(Uint8Array.of(VALUE.JSON, 0xff), 0, 2), WireError, "not the value it should be");
});

Deno.test("an error comes back with its name, message, stack and causes", () => {
  const cause = new RangeError("the cause");
  const error = new TypeError("the error", { cause });
  const back = errorOf(crossed(errorRecord(error)));
  assertInstanceOf(back, Error);
  assertEquals([back.name, back.message, back.stack], ["TypeError", "the error", error.stack]);
  assertInstanceOf(back.cause, Error);
  assertEquals([back.cause.name, back.cause.message, back.cause.cause], ["RangeError", "the cause", undefined]);
});

Deno.test("what was thrown and is no error comes back as its words", () => {
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  const thrown: ReadonlyArray<readonly [unknown, string]> = [
    ...[["words", "words"], [5, "5"], [undefined, "undefined"], [null, "null"], [1n, "1"]] as const,
    [{ a: 1 }, '{"a":1}'],
    [loop, "[object Object]"],
    [Object.create(null), "{}"],
  ];
  for (const [value, words] of thrown) assertEquals(errorOf(crossed(errorRecord(value))), words);
});

Deno.test("of causes without end some are told", () => {
  const error = new Error("round");
  error.cause = error;
  let depth = 0;
  for (let at: ErrorRecord | undefined = errorRecord(error); at !== undefined; at = at.cause) depth++;
  assertEquals(depth, 5);
});

Deno.test("errorRecord tells of any error, whatever stands in its fields", () => {
  fc.assert(fc.property(cloneable, cloneable, cloneable, cloneable, (name, message, stack, cause) => {
    const error = Object.assign(new Error(), { name, message, stack, cause });
    const record = errorRecord(error);
    assertEquals([typeof record.name, typeof record.message], ["string", "string"]);
    const back = errorOf(crossed(record));
    if (record.name !== "") assertInstanceOf(back, Error);
  }));
});

Deno.test("errorOf makes an error of any record, or words", () => {
  const records = fc.record({ name: cloneable, message: cloneable, stack: cloneable, cause: cloneable });
  fc.assert(fc.property(fc.oneof(cloneable, records), (record) => {
    if (!(errorOf(record) instanceof Error)) assertEquals((record as Partial<ErrorRecord>).name, "");
  }));
});
