/** Payloads that are sent where they lie, and who gets their bytes when. @module */
import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { encodeFrame } from "../../../lib/frame/header.ts";
import { OPCODE } from "../../../lib/frame/opcode.ts";
import { receive, utf8 } from "../recorder.ts";
import { drain, open, write } from "../written.ts";

const { BINARY } = OPCODE;

/** Gets bytes back, and keeps its books. */
class Owner {
  readonly returned: Uint8Array[] = [];

  give(bytes: Uint8Array<ArrayBuffer>): void {
    this.returned.push(bytes);
  }
}

/** A payload in the middle of a buffer: 16 bytes before it, 9 behind. */
function placed(length: number): { bytes: Uint8Array<ArrayBuffer>; payload: Uint8Array; start: number; end: number } {
  const bytes = new Uint8Array(16 + length + 9).fill(0xc5);
  bytes.fill(0x61, 16, 16 + length);
  return { bytes, payload: bytes.slice(16, 16 + length), start: 16, end: 16 + length };
}

Deno.test("WriteBuffer.appendInPlace writes the header before the payload, and takes no other memory", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536, 200_000]) {
    const { source, output } = open();
    const owner = new Owner();
    const { bytes, payload, start, end } = placed(length);
    output.appendInPlace(BINARY, bytes, start, end, owner);
    const frame = encodeFrame({ opcode: BINARY, payload });
    assertEquals([output.byteLength, output.heldBytes], [frame.length, bytes.length]);
    const next = output.begin()!;
    assertStrictEquals(next.buffer, bytes.buffer);
    assert(next.toHex() === frame.toHex());
    assert(bytes.subarray(end).every((byte) => byte === 0xc5), "bytes behind the payload were changed");
    output.wrote(next.length);
    assertEquals([owner.returned, source.taken, output.heldBytes], [[bytes], [], 0]);
  }
});

Deno.test("WriteBuffer.appendInPlace keeps the order of what is appended before and after", () => {
  for (const count of [1, 3, 1000, 100_000]) {
    const { source, output } = open();
    const owner = new Owner();
    const { bytes, payload, start, end } = placed(5000);
    output.appendText("before");
    output.appendInPlace(BINARY, bytes, start, end, owner);
    output.appendText("after");
    const written = drain(output, count);
    assertEquals(receive(written, { expectMasked: false }).events, [
      `text ${utf8("before").toHex()}`,
      `binary ${payload.toHex()}`,
      `text ${utf8("after").toHex()}`,
    ]);
    assertEquals([owner.returned, source.outstanding, output.heldBytes], [[bytes], 0, 0]);
  }
});

Deno.test("WriteBuffer keeps bytes that are sent where they lie until the last of them is written", () => {
  const { output } = open();
  const owner = new Owner();
  const { bytes, start, end } = placed(5000);
  output.appendInPlace(BINARY, bytes, start, end, owner);
  for (const count of [1, 0, 4000, 1002]) {
    write(output, count);
    assertEquals(owner.returned, []);
  }
  write(output, 1);
  assertEquals(owner.returned, [bytes]);
});

Deno.test("WriteBuffer.dropQueued gives what nobody will be sent back to its owner, once", () => {
  const { output } = open();
  const [first, second, third] = [placed(5000), placed(6000), placed(7000)];
  const owner = new Owner();
  for (const { bytes, start, end } of [first, second, third]) output.appendInPlace(BINARY, bytes, start, end, owner);
  // The first has been written in part: the frame under way is finished.
  write(output, 100);
  output.dropQueued();
  output.dropQueued();
  assertEquals([owner.returned, output.byteLength], [[third.bytes, second.bytes], 5004 - 100]);
  output.appendText("x");
  assertEquals(drain(output).toHex(), "61".repeat(4904) + "810178");
  assertEquals([owner.returned, output.heldBytes], [[third.bytes, second.bytes, first.bytes], 0]);
});

Deno.test("WriteBuffer.dispose gives back at once what no write is using, and the rest when its write has ended", () => {
  for (const taken of [0, 100, 5004]) {
    const { output } = open();
    const [first, second] = [placed(5000), placed(6000)];
    const owner = new Owner();
    for (const { bytes, start, end } of [first, second]) output.appendInPlace(BINARY, bytes, start, end, owner);
    output.begin();
    output.dispose();
    assertEquals(owner.returned, [second.bytes]);
    output.wrote(taken);
    output.dispose();
    output.dispose();
    assertEquals([owner.returned, output.byteLength, output.heldBytes], [[second.bytes, first.bytes], 0, 0]);
  }
});

Deno.test("WriteBuffer.begin throws for bytes that were transferred away, and can still be disposed of", () => {
  const { output } = open();
  const owner = new Owner();
  const { bytes, start, end } = placed(5000);
  output.appendInPlace(BINARY, bytes, start, end, owner);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  assertThrows(() => output.begin(), TypeError);
  assertFalse(output.isInFlight);
  output.dispose();
  assertEquals(owner.returned, [bytes]);
});

Deno.test("WriteBuffer takes a large segment in expectation only where nothing waits to be written before it", () => {
  const { source, output } = open();
  output.appendFrame(BINARY, new Uint8Array(30_000));
  drain(output);
  source.taken.length = 0;
  const owner = new Owner();
  for (let count = 0; count < 3; count++) {
    const { bytes, start, end } = placed(5000);
    output.appendText("a");
    output.appendInPlace(BINARY, bytes, start, end, owner);
  }
  assert(source.taken[0]! >= 30_000, "the first write is likely to become as long as the last");
  assert(source.taken.slice(1).every((bytes) => bytes < 100), `${source.taken}`);
  assertEquals(source.taken.length, 3);
});
