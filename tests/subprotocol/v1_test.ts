/** What clients send in `sockeye.v1`. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { headerEnd, HeaderError, MAX_HEADER_BYTES, readClientHeader } from "../../lib/subprotocol/v1.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });
const id = fc.integer({ min: 0, max: 0xffffffff });
const count = fc.maxSafeNat();
const options = fc.record(
  { since: fc.record({ epoch: text, offset: count }), last: count, presence: fc.boolean() },
  { requiredKeys: ["presence"] },
);

const headers = fc.oneof(
  fc.tuple(fc.constant("req" as const), id),
  fc.tuple(fc.constant("sub" as const), id, text, options),
  fc.tuple(fc.constant("unsub" as const), text),
  fc.tuple(fc.constant("members" as const), id, text),
  fc.tuple(fc.constant("auth" as const), text),
  fc.tuple(fc.constant("ping" as const)),
);

Deno.test("readClientHeader gives back each header that a client may send, and passes over what later versions add", () => {
  fc.assert(fc.property(headers, fc.array(fc.jsonValue(), { maxLength: 3 }), (header, later) => {
    assertEquals(readClientHeader(JSON.stringify(header)), header);
    const isComplete = header[0] !== "sub" || header.length === 4;
    if (isComplete) assertEquals(readClientHeader(JSON.stringify([...header, ...later])), header);
  }));
});

Deno.test("readClientHeader throws nothing but a HeaderError, whatever it is given", () => {
  const kind = fc.constantFrom("req", "sub", "unsub", "members", "auth", "ping", "later");
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.tuple(kind, fc.array(fc.jsonValue(), { maxLength: 4 })).map(([first, rest]) => JSON.stringify([first, ...rest])),
    fc.tuple(id, text, fc.jsonValue()).map(([first, topic, given]) => JSON.stringify(["sub", first, topic, given])),
    fc.tuple(id, fc.dictionary(fc.constantFrom("since", "last", "presence"), fc.jsonValue()))
      .map(([first, given]) => JSON.stringify(["sub", first, "t", given])),
    fc.tuple(id, fc.dictionary(fc.constantFrom("epoch", "offset"), fc.jsonValue()))
      .map(([first, since]) => JSON.stringify(["sub", first, "t", { since }])),
  );
  fc.assert(
    fc.property(anything, (line) => {
      try {
        const header = readClientHeader(line);
        if (header?.[0] === "sub") assertEquals(readClientHeader(JSON.stringify(header)), header);
      } catch (error) {
        assert(error instanceof HeaderError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("readClientHeader tells a header that is no array from one whose elements are wrong", () => {
  const isMalformed = (line: string): boolean => assertThrows(() => readClientHeader(line), HeaderError).isMalformed;
  for (const line of ["", "{", "{}", "null", "7", '"req"', '["req",', '["req",1] ["req"]']) {
    assert(isMalformed(line), line);
  }
  for (
    const header of [
      ["req"],
      ["req", -1],
      ["req", 4294967296],
      ["req", 1.5],
      ["req", "1"],
      ["sub", 1],
      ["sub", 1, 2],
      ["sub", 1, "t", []],
      ["sub", 1, "t", "since"],
      ["sub", 1, "t", { since: 4 }],
      ["sub", 1, "t", { since: { epoch: "e", offset: -1 } }],
      ["sub", 1, "t", { since: { epoch: 1, offset: 1 } }],
      ["sub", 1, "t", { last: -1 }],
      ["sub", 1, "t", { last: 1e99 }],
      ["unsub", null],
      ["members", 1],
      ["auth"],
    ]
  ) {
    assert(!isMalformed(JSON.stringify(header)), JSON.stringify(header));
  }
});

Deno.test("readClientHeader takes a kind that it does not know for none of its own", () => {
  for (const line of ["[]", "[null]", '["later"]', '[["req",1]]', '["toString"]']) {
    assertEquals(readClientHeader(line), undefined);
  }
});

Deno.test("readClientHeader reads no header that is longer than the longest", () => {
  const token = (length: number): string => `["auth","${"x".repeat(length - '["auth",""]'.length)}"]`;
  assertEquals(readClientHeader(token(MAX_HEADER_BYTES))?.[0], "auth");
  const error = assertThrows(() => readClientHeader(token(MAX_HEADER_BYTES + 1)), HeaderError, "too long");
  assert(!error.isMalformed);
  // What only looks like a header as its message has no more than white space.
  assertThrows(() => readClientHeader(`["ping"]${" ".repeat(MAX_HEADER_BYTES)}`), HeaderError);
});

Deno.test("headerEnd finds the first line feed of a message, and nothing beyond it", () => {
  const bytes = (...parts: string[]): Uint8Array => new TextEncoder().encode(parts.join(""));
  assertEquals(headerEnd(bytes("\nhello"), 0, 6), 0);
  assertEquals(headerEnd(bytes('["req",1]\nhel\nlo'), 0, 16), 9);
  assertEquals(headerEnd(bytes('xx["ping"]\n'), 2, 10), 10);
  assertEquals(headerEnd(bytes('["ping"]'), 0, 8), 8);
  assertEquals(headerEnd(bytes("a\n"), 1, 1), 1);
  assertEquals(headerEnd(bytes(""), 0, 0), 0);
});

Deno.test("headerEnd does not look further than a header may reach", () => {
  const bytes = new Uint8Array(MAX_HEADER_BYTES + 10).fill(0x20);
  bytes[MAX_HEADER_BYTES - 1] = 0x0a;
  assertEquals(headerEnd(bytes, 0, bytes.length), MAX_HEADER_BYTES - 1);
  assertEquals(headerEnd(bytes, 1, bytes.length), MAX_HEADER_BYTES - 1);
  bytes[MAX_HEADER_BYTES - 1] = 0x20;
  bytes[MAX_HEADER_BYTES + 1] = 0x0a;
  assertEquals(headerEnd(bytes, 0, bytes.length), bytes.length);
});
