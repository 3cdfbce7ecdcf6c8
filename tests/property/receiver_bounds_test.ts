/** Arbitrary bytes cause nothing but ProtocolError, and hold at most what they are, and at most the limit. @module */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { HEADROOM_BYTES } from "../../lib/frame/message_assembly.ts";
import { headerBytes, ProtocolError, Receiver, type ReceiverOptions, writeHeader } from "../../lib/frame/mod.ts";
import { Recorder } from "../frame/recorder.ts";
import { allocatedBy } from "../support/allocations.ts";
import { type Chunking, chunking, chunksOf, mutatedStream } from "./streams.ts";

/** What a connection holds beside the message: a header, a control frame, a first small buffer. */
const SMALL_BYTES = 2_048;

const limits: fc.Arbitrary<ReceiverOptions> = fc.record({
  maxMessageBytes: fc.constantFrom(1, 100, 3_000, 1 << 20, 2 ** 40, Number.MAX_SAFE_INTEGER),
  maxFragments: fc.constantFrom(1, 3, 16_384),
  expectMasked: fc.boolean(),
});

const arbitraryBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  mutatedStream,
  // A header that promises much, and little behind it.
  fc.record({
    first: fc.constantFrom(0x01, 0x02, 0x81, 0x82),
    length: fc.constantFrom(126, 65_536, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 1),
    rest: fc.uint8Array({ maxLength: 5_000 }),
  }).map(({ first, length, rest }) => {
    const size = headerBytes(length);
    const bytes = new Uint8Array(size + rest.length);
    writeHeader(bytes, 0, first, length);
    bytes[1] = bytes[1]! | 0x80;
    bytes.set(rest, size);
    return bytes;
  }),
);

/** Receives until the end or the first fault, and checks the bounds after every chunk. */
function receiveWithinBounds(stream: Uint8Array, how: Chunking, options: ReceiverOptions): void {
  const receiver = new Receiver(options, new Recorder());
  let arrived = 0;
  for (const { bytes, start, end } of chunksOf(stream, how)) {
    arrived += end - start;
    try {
      receiver.receive(bytes, start, end);
    } catch (error) {
      assert(error instanceof ProtocolError, String(error));
      return;
    }
    assertLessOrEqual(receiver.bufferedBytes, options.maxMessageBytes + HEADROOM_BYTES);
    assertLessOrEqual(receiver.bufferedBytes, 4 * arrived + SMALL_BYTES + HEADROOM_BYTES);
  }
}

Deno.test("arbitrary bytes cause only ProtocolError, and hold at most maxMessageBytes and four times what arrived", () => {
  fc.assert(
    fc.property(arbitraryBytes, chunking, limits, receiveWithinBounds),
    { numRuns: 500 },
  );
});

Deno.test("a declared length allocates nothing before its bytes arrive, whatever it is", () => {
  const lengths = [1, 126, 65_536, 1 << 20, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 1];
  for (const first of [0x82, 0x02]) {
    for (const length of lengths) {
      const options = { maxMessageBytes: Number.MAX_SAFE_INTEGER, maxFragments: 16, expectMasked: false };
      const receiver = new Receiver(options, new Recorder());
      const header = new Uint8Array(headerBytes(length));
      writeHeader(header, 0, first, length);
      assertEquals(allocatedBy(() => receiver.receive(header, 0, header.length)), 0, `${length} bytes announced`);
      assertEquals(receiver.bufferedBytes, 0);
      if (length === 1) continue;
      const one = Uint8Array.of(0x61);
      assertLessOrEqual(allocatedBy(() => receiver.receive(one, 0, 1)), SMALL_BYTES, `${length} bytes announced`);
    }
  }
});

Deno.test("2^62 bytes are refused at their header, without memory", () => {
  const options = { maxMessageBytes: Number.MAX_SAFE_INTEGER, maxFragments: 16, expectMasked: false };
  const header = Uint8Array.fromHex("827f4000000000000000");
  const receiver = new Receiver(options, new Recorder());
  let violation = "";
  const allocated = allocatedBy(() => {
    try {
      receiver.receive(header, 0, header.length);
    } catch (error) {
      violation = error instanceof ProtocolError ? error.violation : String(error);
    }
  });
  assertEquals([violation, allocated], ["MESSAGE_TOO_BIG", 0]);
});

Deno.test("all that a message allocates while it arrives is a small multiple of it, in whatever chunks", () => {
  const options = { maxMessageBytes: 1 << 20, maxFragments: 1 << 20, expectMasked: false };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), chunking, fc.boolean(), (length, how, isFinal) => {
      const stream = new Uint8Array(headerBytes(length) + length);
      writeHeader(stream, 0, isFinal ? 0x82 : 0x02, length);
      const receiver = new Receiver(options, { onMessage() {}, onPing() {}, onPong() {}, onClose() {} });
      const chunks = [...chunksOf(stream, how)];
      const allocated = allocatedBy(() => {
        for (const { bytes, start, end } of chunks) receiver.receive(bytes, start, end);
      });
      assertLessOrEqual(allocated, 4 * length + SMALL_BYTES);
    }),
    { numRuns: 60 },
  );
});
