/** The most valuable test of the project: any re-chunking of a byte stream gives the same events. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ProtocolError, Receiver, type ReceiverOptions } from "../../lib/frame/mod.ts";
import { type Outcome, receive, Recorder, WIDE } from "../frame/recorder.ts";
import { Side } from "../protocol/side.ts";
import { type Chunking, chunking, chunksOf, mutatedStream, validStream } from "./streams.ts";

/** What came of a stream in these chunks; what lies around a chunk must stay as it was. */
function receiveIn(stream: Uint8Array, how: Chunking, options: ReceiverOptions): Outcome {
  const recorder = new Recorder();
  const receiver = new Receiver(options, recorder);
  for (const { bytes, start, end } of chunksOf(stream, how)) {
    try {
      assertEquals(receiver.receive(bytes, start, end), end);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { events: recorder.events, violation: error.violation };
    }
    assert(bytes.subarray(0, start).every((byte) => byte === 0xc5), "bytes before the chunk were changed");
    assert(bytes.subarray(end).every((byte) => byte === 0xc5), "bytes behind the chunk were changed");
  }
  return { events: recorder.events, violation: undefined };
}

const NARROW: ReceiverOptions = { maxMessageBytes: 3_000, maxFragments: 4, expectMasked: true };

Deno.test("any re-chunking of a valid stream gives the same events, wherever in its buffer a chunk lies", () => {
  fc.assert(
    fc.property(validStream, chunking, (stream, how) => {
      const expected = receive(stream);
      assertEquals(expected.violation, undefined);
      assertEquals(receiveIn(stream, how, WIDE), expected);
    }),
    { numRuns: 150 },
  );
});

Deno.test("any re-chunking of a broken stream gives the same events and then the same violation", () => {
  fc.assert(
    fc.property(mutatedStream, chunking, (stream, how) => {
      assertEquals(receiveIn(stream, how, WIDE), receive(stream));
    }),
    { numRuns: 300 },
  );
});

Deno.test("any re-chunking of a stream that runs into limits gives the same events and the same violation", () => {
  fc.assert(
    fc.property(validStream, chunking, (stream, how) => {
      assertEquals(receiveIn(stream, how, NARROW), receive(stream, NARROW));
    }),
    { numRuns: 150 },
  );
});

Deno.test("any re-chunking of what a client sends gives the same answers of the server, to the byte", () => {
  const answers = (stream: Uint8Array, how: Chunking) => {
    const side = new Side();
    for (const { bytes, start, end } of chunksOf(stream, how)) side.protocol.receive(bytes, start, end);
    return { told: side.told, written: side.written().toHex(), closing: side.protocol.closing };
  };
  fc.assert(
    fc.property(fc.oneof(validStream, mutatedStream), chunking, (stream, how) => {
      const whole = { sizes: [Math.max(1, stream.length)], before: 0, byteOffset: 0 };
      assertEquals(answers(stream, how), answers(stream, whole));
    }),
    { numRuns: 150 },
  );
});
