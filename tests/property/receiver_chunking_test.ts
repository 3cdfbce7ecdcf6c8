/** The most valuable test of the project: any re-chunking of a byte stream gives the same events. @module */
import { assert, assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { ProtocolError, Receiver, type ReceiverOptions, sharedArena } from "../../lib/frame/mod.ts";
import { concat, type Outcome, receive, Recorder, utf8, WIDE } from "../frame/recorder.ts";
import { CountingSource } from "../frame/segment_source.ts";
import { Side } from "../protocol/side.ts";
import {
  type Chunking,
  chunking,
  chunksOf,
  framesOf,
  maskKey,
  mutatedStream,
  type SentMessage,
  sentMessage,
  validStream,
} from "./streams.ts";

const ARENA = sharedArena()!;

/** What came of a stream in these chunks: the same, wherever in memory they lie and however often the walk halts. */
function receiveIn(stream: Uint8Array, how: Chunking, options: ReceiverOptions): Outcome {
  const outcome = receiveHalting(stream, how, options, false, Infinity);
  for (const isInArena of [false, true]) {
    for (const messages of [1, 2, 5, Infinity]) {
      assertEquals(receiveHalting(stream, how, options, isInArena, messages), outcome, `halts after ${messages}`);
    }
  }
  return outcome;
}

/** What came of a stream if each call halts after so many messages; what lies around a chunk must stay as it was. */
function receiveHalting(
  stream: Uint8Array,
  how: Chunking,
  options: ReceiverOptions,
  isInArena: boolean,
  messages: number,
): Outcome {
  const recorder = new Recorder();
  let left = messages;
  const receiver: Receiver = new Receiver(options, {
    onMessage(...message) {
      recorder.onMessage(...message);
      if (--left === 0) receiver.halt();
    },
    onPing: (...ping) => recorder.onPing(...ping),
    onPong: (...pong) => recorder.onPong(...pong),
    onClose: (...close) => recorder.onClose(...close),
  });
  for (const { bytes: chunk, start, end } of chunksOf(stream, how)) {
    const bytes = isInArena ? ARENA.take(chunk.length)! : new Uint8Array(chunk);
    bytes.set(chunk);
    try {
      for (let at = start; at < end; left = messages) at = receiver.receive(bytes, at, end);
      assert(bytes.subarray(0, start).every((byte) => byte === 0xc5), "bytes before the chunk were changed");
      assert(bytes.subarray(end).every((byte) => byte === 0xc5), "bytes behind the chunk were changed");
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { events: recorder.events, violation: error.violation };
    } finally {
      if (isInArena) ARENA.give(bytes);
    }
  }
  return { events: recorder.events, violation: undefined };
}

/** A stream as a transport reads it that asks where the next bytes are wanted: into the message, or into a chunk. */
interface Reading {
  /** For each read whether it asks; used in turn. */
  readonly asks: readonly boolean[];
  /** What each read brings at most; used in turn. */
  readonly sizes: readonly number[];
  readonly byteOffset: number;
}

const reading: fc.Arbitrary<Reading> = fc.record({
  asks: fc.array(fc.constantFrom(true, true, false), { minLength: 1, maxLength: 7 }),
  sizes: fc.oneof(
    fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 10 }),
    fc.array(fc.integer({ min: 1_000, max: 9_000 }), { minLength: 1, maxLength: 10 }),
  ),
  byteOffset: fc.nat(7),
});

/** Frames that are long enough for their payload to be read to where it belongs, among short ones. */
const longStream: fc.Arbitrary<Uint8Array> = fc.record({
  messages: fc.array(
    fc.oneof(
      sentMessage,
      fc.record({
        isText: fc.boolean(),
        length: fc.integer({ min: 20_000, max: 90_000 }),
        unit: fc.constantFrom("a", "é", "x€", "😀z"),
        cutShare: fc.double({ min: 0, max: 1, noNaN: true }),
        isCut: fc.boolean(),
      }).map(({ isText, length, unit, cutShare, isCut }): SentMessage => {
        const payload = isText
          ? utf8(unit.repeat(length / utf8(unit).length))
          : Uint8Array.from({ length }, (_, at) => at * 7);
        return { isText, payload, cuts: isCut ? [Math.floor(cutShare * payload.length)] : [], between: [] };
      }),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  keys: fc.array(maskKey, { minLength: 1, maxLength: 3 }),
  wrong: fc.option(fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), { freq: 1 }),
}).map(({ messages, keys, wrong }) => {
  const stream = concat(...messages.flatMap((message) => framesOf(message, keys)));
  if (wrong !== null) stream[Math.floor(wrong.share * (stream.length - 1))] = wrong.byte;
  return stream;
});

/** What came of a stream in these reads, and how many of them went to where the receiver wanted them. */
function receiveAsking(stream: Uint8Array, { asks, sizes, byteOffset }: Reading): Outcome & { lent: number } {
  const recorder = new Recorder();
  const source = new CountingSource();
  const receiver = new Receiver(WIDE, recorder, source);
  let lent = 0;
  let violation: Outcome["violation"];
  try {
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const size = sizes[turn % sizes.length]!;
      const place = asks[turn % asks.length] ? receiver.lend() : undefined;
      const part = stream.subarray(at, at + Math.min(size, place?.length ?? size));
      at += part.length;
      if (place !== undefined) {
        lent++;
        place.set(part);
        receiver.filled(part.length);
      } else {
        const chunk = new Uint8Array(new ArrayBuffer(byteOffset + part.length), byteOffset);
        chunk.set(part);
        assertEquals(receiver.receive(chunk, 0, chunk.length), chunk.length);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    violation = error.violation;
  }
  receiver.abandon();
  // A message that was told is the recorder's; nothing else may be missing.
  assertEquals(source.outstanding, recorder.gifts, "the buffer of the unfinished message has not come back");
  return { events: recorder.events, violation, lent };
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

Deno.test("any mixture of reads into chunks and reads into the message gives the same events and the same violation", () => {
  let lent = 0;
  fc.assert(
    fc.property(longStream, reading, (stream, how) => {
      const { lent: count, ...outcome } = receiveAsking(stream, how);
      assertEquals(outcome, receive(stream));
      lent += count;
    }),
    { numRuns: 150 },
  );
  assertGreater(lent, 100);
});
