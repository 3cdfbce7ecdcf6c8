import { assertEquals, assertThrows } from "@std/assert";
import { decodeEnvelope, encodeEnvelope, MAX_FROM_BYTES } from "../../lib/backplane/envelope.ts";

Deno.test("an envelope is a kind, the length of `from`, `from` and the payload", () => {
  const binary = encodeEnvelope({ payload: new Uint8Array([0, 255]), from: "" });
  assertEquals(binary.toHex(), "02" + "0000" + "00ff");
  assertEquals(encodeEnvelope({ payload: "é", from: "p" }).toHex(), "01" + "0001" + "70" + "c3a9");
});

Deno.test("a byte order mark at the beginning of a text stays", () => {
  const envelope = { payload: "\ufeffa", from: "\ufeffb" };
  assertEquals(decodeEnvelope(encodeEnvelope(envelope)), envelope);
});

Deno.test("what is read is a copy, also out of a Buffer", () => {
  const bytes = encodeEnvelope({ payload: new Uint8Array([1, 2]), from: "" });
  const envelope = decodeEnvelope(bytes);
  bytes.fill(9);
  assertEquals(envelope?.payload, new Uint8Array([1, 2]));
});

for (
  const [what, hex] of [
    ["nothing", ""],
    ["another kind", "030000"],
    ["zero", "00000000"],
    ["a head that is too short", "0100"],
    ["a `from` that is longer than what is there", "01000361"],
  ] as const
) {
  Deno.test(`decodeEnvelope finds ${what} to be none`, () => {
    assertEquals(decodeEnvelope(Uint8Array.fromHex(hex)), undefined);
  });
}

Deno.test("a `from` has at most 65535 bytes", () => {
  const from = "x".repeat(MAX_FROM_BYTES);
  assertEquals(decodeEnvelope(encodeEnvelope({ payload: "", from }))?.from, from);
  assertThrows(() => encodeEnvelope({ payload: "", from: `${from}x` }), RangeError, "65536 bytes");
});
