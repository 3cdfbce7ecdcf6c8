/** Whatever is logged can be shown, and nothing of it throws. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  isLoggedError,
  loggable,
  type LoggableError,
  loggableFields,
  MAX_LOGGED_CHARACTERS,
  MAX_LOGGED_IN_ALL,
} from "../../lib/observe/loggable.ts";

Deno.test("loggable leaves what JSON says, and has words for what it does not", () => {
  const kept = { a: "text", b: 1.5, c: true, d: null, e: [1, ["x"]], f: { g: {} } };
  assertEquals(loggable(kept), kept);
  assertEquals(loggable([NaN, -Infinity, 12n, Symbol("s"), function named() {}, new Date(NaN), /x/g]), [
    "NaN",
    "-Infinity",
    "12",
    "Symbol(s)",
    "function named",
    "an invalid date",
    "/x/g",
  ]);
  assertEquals(loggable(new Map([["a", new Set([1n])]])), [["a", ["1"]]]);
  assertEquals(loggable({ toJSON: () => ({ at: new Date(0) }) }), { at: "1970-01-01T00:00:00.000Z" });
});

Deno.test("loggable tells of bytes how many there are, and not which", () => {
  assertEquals(
    [new Uint8Array(5), new DataView(new ArrayBuffer(6)), new ArrayBuffer(7)].map((value) => loggable(value)),
    ["Uint8Array of 5 bytes", "DataView of 6 bytes", "ArrayBuffer of 7 bytes"],
  );
});

Deno.test("loggable makes of an error its name, message and stack, with what caused it and what it carries", () => {
  const error = Object.assign(new TypeError("no", { cause: new RangeError("too far") }), { code: "E1" });
  const shown = loggable(error) as LoggableError & { cause: LoggableError };
  assertEquals([shown.name, shown.message, shown["code"], shown.cause.message], ["TypeError", "no", "E1", "too far"]);
  assertStringIncludes(shown.stack!, "loggable_test.ts");
  assert(isLoggedError(shown) && isLoggedError(shown.cause));
  assert(!isLoggedError({ name: "a", message: "b" }));
  const many = loggable(new AggregateError([new Error("one"), 2])) as { readonly errors: readonly unknown[] };
  assertEquals([(many.errors[0] as LoggableError).message, many.errors[1]], ["one", 2]);
});

Deno.test("loggable cuts what refers to itself, what is deep, what is long and what is many", () => {
  const own: Record<string, unknown> = { name: "a" };
  own["self"] = own;
  own["twice"] = [own];
  assertEquals(loggable(own), { name: "a", self: "(circular)", twice: ["(circular)"] });
  const shared = { x: 1 };
  assertEquals(loggable([shared, shared]), [shared, shared]);
  const looped = new Error("a");
  looped.cause = looped;
  assertEquals((loggable(looped) as { readonly cause: unknown }).cause, "(circular)");
  const text = loggable("x".repeat(MAX_LOGGED_CHARACTERS + 5)) as string;
  assertEquals(text.slice(MAX_LOGGED_CHARACTERS), "… (5 more characters)");
  assertEquals((loggable(new Array(70).fill(0)) as readonly unknown[]).slice(63), [0, "(6 more)"]);
  const wide = loggable(Object.fromEntries(Array.from({ length: 66 }, (_, at) => [`n${at}`, at])));
  assertEquals(Object.entries(wide as Record<string, unknown>).at(-1), ["(more)", 2]);
  let deep: unknown = "end";
  for (let count = 0; count < 9; count++) deep = { deep };
  assertStringIncludes(JSON.stringify(loggable(deep)), "(more inside)");
});

Deno.test("loggable is bounded in all, so that no collector cuts a line, and the first come first", () => {
  const wide = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`n${at}`, "x".repeat(1_000)]));
  const shown = loggable({ first: "a", wide, last: [wide, wide] }) as Record<string, Record<string, unknown>>;
  assertEquals(shown["first"], "a" as never);
  assertEquals(shown["wide"]!["n0"], "x".repeat(1_000));
  assertEquals(typeof shown["wide"]!["(more)"], "number");
  assert(JSON.stringify(shown).length < MAX_LOGGED_IN_ALL * 1.2, String(JSON.stringify(shown).length));
  const tree = (depth: number): unknown => depth === 0 ? "leaf" : new Array(60).fill(tree(depth - 1));
  assert(JSON.stringify(loggable(tree(5))).length < MAX_LOGGED_IN_ALL * 4);
});

Deno.test("loggable says what cannot be read, and goes on with the rest", () => {
  const hostile = {
    get bad(): never {
      throw new Error("not yours");
    },
    good: 1,
  };
  assertEquals(loggable(hostile), { bad: "(cannot be read: not yours)", good: 1 });
  const closed = new Proxy({}, {
    ownKeys() {
      return JSON.parse("{");
    },
  });
  const { a, b } = loggable({ a: closed, b: { toJSON: () => JSON.parse("{") } }) as Record<string, string>;
  assertStringIncludes(a!, "(cannot be read: ");
  assertStringIncludes(b!, "(cannot be read: ");
  const nameless = Object.defineProperty(new Error("m"), "name", {
    get() {
      throw new Error("no name");
    },
  });
  assertEquals((loggable(nameless) as LoggableError).name, "(cannot be read: no name)");
});

Deno.test("loggable has a word left where not even what was thrown can be read", () => {
  const { proxy, revoke } = Proxy.revocable(new Error("x"), {});
  revoke();
  const value = {
    get a(): never {
      throw proxy;
    },
  };
  assertEquals(loggable(value), { a: "(cannot be read)" });
});

Deno.test("loggableFields has an object whatever it is given, and a field may have any name", () => {
  const fields = JSON.parse('{"__proto__": {"level": "ERROR"}, "a b": 1}');
  const shown = loggableFields(fields);
  assertEquals(JSON.stringify(shown), '{"__proto__":{"level":"ERROR"},"a b":1}');
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertEquals([loggableFields([1]), loggableFields(proxy)], [{}, {}]);
});

Deno.test("property: what loggable returns is JSON, and what JSON says of plain values it leaves", () => {
  fc.assert(fc.property(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
    }),
    (value) => {
      const shown = loggable(value);
      const text = JSON.stringify(shown);
      if (text !== undefined) assertEquals(JSON.stringify(loggable(JSON.parse(text))), text);
    },
  ));
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => assertEquals(loggable(value), value as never)));
});
