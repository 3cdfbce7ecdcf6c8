/** One message, encoded once, for many. @module */
import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { PreparedMessage, viewOf } from "../../lib/frame/prepared_message.ts";

Deno.test("PreparedMessage makes a text frame of a string and a binary frame of bytes", () => {
  const text = new PreparedMessage("hé");
  assertEquals([text.isText, text.frame.toHex(), text.payload.toHex()], [true, "810368c3a9", "68c3a9"]);
  const binary = new PreparedMessage(Uint8Array.of(1, 2));
  assertEquals([binary.isText, binary.frame.toHex(), binary.payload.toHex()], [false, "82020102", "0102"]);
  assertEquals(new PreparedMessage("").frame.toHex(), "8100");
  assertEquals(new PreparedMessage(new ArrayBuffer(0)).frame.toHex(), "8200");
});

Deno.test("PreparedMessage encodes its frame once", () => {
  for (const message of [new PreparedMessage("x"), new PreparedMessage(Uint8Array.of(1))]) {
    assertStrictEquals(message.frame, message.frame);
  }
});

Deno.test("PreparedMessage is not changed by what its maker does to the bytes afterwards", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const message = new PreparedMessage(bytes);
  bytes.fill(9);
  assertEquals([message.payload.toHex(), message.frame.toHex()], ["010203", "8203010203"]);
});

Deno.test("viewOf gives the bytes of a buffer and of every kind of view, where they lie", () => {
  const buffer = Uint8Array.from({ length: 16 }, (_, at) => at).buffer;
  assertEquals(viewOf(buffer).length, 16);
  assertEquals(viewOf(new DataView(buffer, 3, 4)).toHex(), "03040506");
  assertEquals(viewOf(new Uint16Array(buffer, 2, 2)).toHex(), "02030405");
  assertEquals(viewOf(new Float64Array(buffer, 8, 1)).byteOffset, 8);
  const bytes = new Uint8Array(buffer, 1, 2);
  assertStrictEquals(viewOf(bytes), bytes);
  assertStrictEquals(viewOf(new DataView(buffer)).buffer, buffer);
});

Deno.test("PreparedMessage is compressed once for each set of parameters, and with none that does not pay", () => {
  const parameters = { windowBits: 15, level: 1, memLevel: 8 };
  const message = new PreparedMessage("the same again, ".repeat(50));
  const run = message.deflatedRun(parameters);
  assertStrictEquals(message.deflatedRun({ ...parameters }), run);
  assertEquals(run?.bytes[0], 0xc1);
  assertEquals(new PreparedMessage(new Uint8Array(500)).deflatedRun(parameters)?.bytes[0], 0xc2);
  assertNotStrictEquals(message.deflatedRun({ ...parameters, windowBits: 9 }), run);
  const short = new PreparedMessage("ab");
  assertEquals([short.deflatedRun(parameters), short.deflatedRun(parameters)], [undefined, undefined]);
});
