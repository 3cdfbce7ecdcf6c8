import { assertEquals, assertStringIncludes } from "@std/assert";
import { hexDump, jsonOf, SHOWN_BYTES, textOf } from "../../../../lib/observe/inspector/page/payload_text.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("textOf shows the first of a long text, and marks what is not UTF-8", () => {
  assertEquals(textOf(utf8("é😀")), "é😀");
  assertEquals(textOf(Uint8Array.of(0xc3, 0x28)), "\ufffd(");
  assertEquals(textOf(new Uint8Array(SHOWN_BYTES + 10)).length, SHOWN_BYTES);
});

Deno.test("hexDump has offset, bytes and ASCII in columns, and says what it leaves out", () => {
  const lines = hexDump(utf8("0123456789abcdef\n")).split("\n");
  assertEquals(lines[0], "000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef");
  assertEquals(lines[1]?.trimEnd(), `000010  0a${" ".repeat(47)}.`);
  assertStringIncludes(hexDump(new Uint8Array(100), 32), "… 68 more bytes");
});

Deno.test("jsonOf finds a tree in a whole text, and behind a header of sockeye.v1", () => {
  assertEquals(jsonOf(utf8('{"a":[1]}')), { value: { a: [1] } });
  assertEquals(jsonOf(utf8('\n{"a":1}')), { value: { a: 1 } });
  assertEquals(jsonOf(utf8('["req",7]\n{"a":1}')), { header: ["req", 7], value: { a: 1 } });
  assertEquals(jsonOf(utf8('["req",7]\nplain')), { value: ["req", 7] });
  for (const none of ["7", "hello", "{", "a\n{}", ""]) assertEquals(jsonOf(utf8(none)), undefined, none);
});
