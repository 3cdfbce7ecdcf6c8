/**
 * Tests of the extension list's grammar.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { type ExtensionOffer, parseExtensions } from "../../lib/handshake/extension.ts";
import { HttpError, isToken } from "../../lib/http/mod.ts";
import { faultOf } from "../http/head_text.ts";

Deno.test("parseExtensions gives nothing without a field", () => {
  assertEquals(parseExtensions([]), []);
});

Deno.test("parseExtensions reads the example of §9.1, over one field or two (RFC 6455 §9.1)", () => {
  const offers = [
    { name: "foo", params: [] },
    { name: "bar", params: [{ name: "baz", value: "2" }] },
  ];
  assertEquals(parseExtensions(["foo", "bar; baz=2"]), offers);
  assertEquals(parseExtensions(["foo, bar; baz=2"]), offers);
});

Deno.test("parseExtensions keeps offers of one name apart, in order (RFC 6455 §9.1)", () => {
  assertEquals(parseExtensions(["x;a=1, x;a=2, x"]), [
    { name: "x", params: [{ name: "a", value: "1" }] },
    { name: "x", params: [{ name: "a", value: "2" }] },
    { name: "x", params: [] },
  ]);
});

Deno.test("parseExtensions tells a parameter without a value from one with (RFC 6455 §9.1)", () => {
  assertEquals(parseExtensions(["permessage-deflate; client_max_window_bits; server_max_window_bits=10"]), [{
    name: "permessage-deflate",
    params: [{ name: "client_max_window_bits" }, { name: "server_max_window_bits", value: "10" }],
  }]);
});

Deno.test("parseExtensions unquotes and unescapes a quoted value (RFC 6455 §9.1)", () => {
  assertEquals(parseExtensions(['x; a="10"; b="\\1\\0"']), [{
    name: "x",
    params: [{ name: "a", value: "10" }, { name: "b", value: "10" }],
  }]);
});

Deno.test("parseExtensions allows whitespace around separators and empty members (RFC 9110 §5.6.1)", () => {
  assertEquals(parseExtensions([" , x\t;\ta = 1 ,, y ,"]), [
    { name: "x", params: [{ name: "a", value: "1" }] },
    { name: "y", params: [] },
  ]);
});

const MALFORMED = [
  "",
  ",",
  ";",
  ";a",
  "x;",
  "x; ;a",
  "x;=1",
  "x;a=",
  "x;a==1",
  "x y",
  "x;a b",
  "x;a=1 2",
  "x=1",
  "x/y",
  "x;a=(1)",
  'x;a="',
  'x;a="1',
  'x;a="1\\"',
  'x;a=""',
  'x;a="1 2"',
  'x;a="1,2"',
  'x;a="1"2',
  '"x"',
  "x;a=\xe9",
] as const;

for (const value of MALFORMED) {
  Deno.test(`parseExtensions rejects ${JSON.stringify(value)} with 400 (RFC 6455 §9.1)`, () => {
    assertEquals(faultOf(() => parseExtensions([value])).status, 400);
  });
}

const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.!#$%&'*+^`|~"), minLength: 1, maxLength: 8 });
const offer: fc.Arbitrary<ExtensionOffer> = fc.record({
  name: token,
  params: fc.array(fc.oneof(fc.record({ name: token }), fc.record({ name: token, value: token })), { maxLength: 4 }),
});

Deno.test("what is written as an extension list is read back the same, quoted or not", () => {
  fc.assert(fc.property(fc.array(offer, { minLength: 1, maxLength: 4 }), fc.boolean(), (offers, quoted) => {
    const mark = quoted ? '"' : "";
    const written = offers.map(({ name, params }) =>
      [
        name,
        ...params.map((param) => param.value === undefined ? param.name : `${param.name}=${mark}${param.value}${mark}`),
      ]
        .join("; ")
    );
    assertEquals(parseExtensions([written.join(", ")]), offers);
    assertEquals(parseExtensions(written), offers);
  }));
});

Deno.test("parseExtensions ends on any text, with tokens only or an HttpError", () => {
  const piece = fc.constantFrom("a", "1", ",", ";", "=", '"', "\\", " ", "\t", "(", "\xe9");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
      try {
        for (const { name, params } of parseExtensions([pieces.join("")])) {
          for (const part of [name, ...params.flatMap((param) => [param.name, param.value ?? "x"])]) {
            assert(isToken(part));
          }
        }
      } catch (error) {
        assertInstanceOf(error, HttpError);
      }
    }),
    { numRuns: 2000 },
  );
});
