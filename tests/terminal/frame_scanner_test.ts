/** Looking on at frames: any re-chunking tells the same. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeFrame } from "../../lib/frame/mod.ts";
import { FrameScanner, KEPT_BYTES, type SeenFrame } from "../../lib/terminal/frame_scanner.ts";

function scan(chunks: readonly Uint8Array[], ends = false): SeenFrame[] {
  const frames: SeenFrame[] = [];
  const scanner = new FrameScanner((frame) => frames.push(frame));
  for (const chunk of chunks) scanner.scan(chunk);
  if (ends) scanner.end();
  return frames;
}

const ofHex = (hex: string): Uint8Array[] => [Uint8Array.fromHex(hex)];

Deno.test("FrameScanner reads a masked text frame (RFC 6455 §5.7), and leaves its bytes as they are", () => {
  const bytes = Uint8Array.fromHex("818537fa213d7f9f4d5158");
  assertEquals(scan([bytes]), [{
    first: 0x81,
    maskKey: Uint8Array.fromHex("37fa213d"),
    lengthBits: 7,
    payloadBytes: 5,
    seenBytes: 5,
    start: new TextEncoder().encode("Hello"),
    messageOpcode: 1,
    isCompressed: false,
  }]);
  assertEquals(bytes.toHex(), "818537fa213d7f9f4d5158");
});

Deno.test("FrameScanner knows the opcode of the message that a continuation belongs to, across a ping", () => {
  const frames = scan(ofHex("410161" + "8900" + "800162"));
  assertEquals(frames.map(({ messageOpcode, isCompressed }) => [messageOpcode, isCompressed]), [[1, true], [9, false], [
    1,
    true,
  ]]);
});

Deno.test("FrameScanner takes lengths that are not in their shortest form as they stand", () => {
  const frames = scan(ofHex("827e000161" + "827f000000000000000162"));
  assertEquals(frames.map(({ lengthBits, payloadBytes }) => [lengthBits, payloadBytes]), [[16, 1], [64, 1]]);
});

Deno.test("FrameScanner keeps the beginning of a long payload only", () => {
  const payload = Uint8Array.from({ length: 70_000 }, (_, at) => at);
  const [frame] = scan([encodeFrame({ opcode: 2, payload })]);
  assertEquals([frame?.lengthBits, frame?.payloadBytes, frame?.seenBytes], [64, 70_000, 70_000]);
  assertEquals(frame?.start, payload.slice(0, KEPT_BYTES));
});

Deno.test("FrameScanner tells a frame that broke off at the end, and only then", () => {
  const bytes = ofHex("81056865");
  assertEquals(scan(bytes), []);
  assertEquals(scan(bytes, true).map(({ payloadBytes, seenBytes }) => [payloadBytes, seenBytes]), [[5, 2]]);
  assertEquals(scan(ofHex("81"), true), []);
});

const frame = fc.record({
  opcode: fc.nat(15),
  payload: fc.uint8Array({ maxLength: 300 }),
  fin: fc.boolean(),
  rsv: fc.nat(7),
  key: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 })),
}).map(({ key, ...rest }) => encodeFrame(key === null ? rest : { ...rest, maskKey: key }));

Deno.test("FrameScanner tells the same for any re-chunking, of right and of wrong frames", () => {
  fc.assert(fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(2_000)), (frames, cuts) => {
    const whole = Uint8Array.from(frames.flatMap((bytes) => [...bytes]));
    const edges = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
    const pieces = edges.slice(1).map((end, at) => whole.subarray(edges[at], end));
    const seen = scan(pieces);
    assertEquals(seen, scan([whole]));
    assertEquals(seen.length, frames.length);
  }));
});
