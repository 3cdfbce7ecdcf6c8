/** The opcodes: which exist, and which are control. @module */
import { assertEquals } from "@std/assert";
import { isControlOpcode, isDefinedOpcode } from "../../lib/frame/opcode.ts";

const ALL = Array.from({ length: 16 }, (_, opcode) => opcode);

Deno.test("isDefinedOpcode knows 0x0-0x2 and 0x8-0xA and no other (RFC 6455 §5.2)", () => {
  assertEquals(ALL.filter(isDefinedOpcode), [0x0, 0x1, 0x2, 0x8, 0x9, 0xa]);
});

Deno.test("isControlOpcode is true where the highest bit is set (RFC 6455 §5.5)", () => {
  assertEquals(ALL.filter(isControlOpcode), [0x8, 0x9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf]);
});
