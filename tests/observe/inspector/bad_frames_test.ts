import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError, Receiver } from "../../../lib/frame/mod.ts";
import { BAD_FRAMES, bytesOfHex, MAX_RAW_BYTES } from "../../../lib/observe/inspector/bad_frames.ts";

for (const [kind, bytes] of Object.entries(BAD_FRAMES)) {
  Deno.test(`BAD_FRAMES.${kind} is refused by the receiver of a client`, () => {
    const receiver = new Receiver({ maxMessageBytes: 1000, maxFragments: 10, expectMasked: false }, {
      onMessage() {},
      onPing() {},
      onPong() {},
      onClose() {},
    });
    const copy = bytes.slice();
    assertThrows(() => receiver.receive(copy, 0, copy.length), ProtocolError);
  });
}

Deno.test("bytesOfHex reads pairs of digits, with spaces or without, and nothing else", () => {
  assertEquals(bytesOfHex("81 02\n68:69").toHex(), "81026869");
  assertEquals(bytesOfHex("0x81,0x00").toHex(), "8100");
  for (const wrong of ["", "8", "8g", "81 0"]) assertThrows(() => bytesOfHex(wrong), TypeError);
  assertThrows(() => bytesOfHex("00".repeat(MAX_RAW_BYTES + 1)), TypeError);
});
