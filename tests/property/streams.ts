/**
 * Arbitrary streams of frames, and arbitrary ways to cut them into chunks.
 *
 * @module
 */
import fc from "fast-check";
import { encodeFrame, OPCODE } from "../../lib/frame/mod.ts";
import { concat, utf8 } from "../frame/recorder.ts";

const { CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG } = OPCODE;

/** One message as it is sent: its payload, where it is cut into fragments, and the control frames between those. */
export interface SentMessage {
  readonly isText: boolean;
  readonly payload: Uint8Array;
  /** Lengths of the fragments but the last. */
  readonly cuts: readonly number[];
  /** Control frames before each fragment. */
  readonly between: ReadonlyArray<readonly SentControl[]>;
}

/** A ping or a pong. */
export interface SentControl {
  readonly opcode: typeof PING | typeof PONG;
  readonly payload: Uint8Array;
}

/** Lengths that stand at the borders of what the code does, and between them. */
const payloadBytes = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.constantFrom(124, 125, 126, 127, 128, 1023, 1024, 1025, 65_535, 65_536, 65_537),
  fc.integer({ min: 0, max: 5_000 }),
);

const binaryPayload = fc.tuple(payloadBytes, fc.integer()).map(([length, seed]) =>
  Uint8Array.from({ length }, (_, at) => Math.imul(at + 1, seed | 1) >>> 13)
);

const textPayload = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }).map(utf8),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).chain((unit) =>
    fc.integer({ min: 1, max: 400 }).map((times) => utf8(unit.repeat(times)))
  ),
).map((bytes) => new Uint8Array(bytes));

const control: fc.Arbitrary<SentControl> = fc.record({
  opcode: fc.constantFrom(PING, PONG),
  payload: fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.constantFrom(new Uint8Array(125).fill(0x70))),
});

/** A message in up to eight fragments. */
export const sentMessage: fc.Arbitrary<SentMessage> = fc.record({
  content: fc.oneof(
    binaryPayload.map((payload) => ({ isText: false, payload })),
    textPayload.map((payload) => ({ isText: true, payload })),
  ),
  cutShares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 7 }),
  between: fc.array(fc.array(control, { maxLength: 2 }), { maxLength: 8 }),
}).map(({ content, cutShares, between }) => {
  const ends = cutShares.map((share) => Math.floor(share * content.payload.length)).sort((a, b) => a - b);
  return { ...content, cuts: ends.map((end, at) => end - (ends[at - 1] ?? 0)), between };
});

/** Masking keys, the one of nothing included. */
export const maskKey: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 4, maxLength: 4 });

/** The frames of a message, masked with these keys in turn. */
export function framesOf(message: SentMessage, keys: readonly Uint8Array[]): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  const push = (opcode: number, payload: Uint8Array, fin: boolean) =>
    frames.push(encodeFrame({ opcode, payload, fin, maskKey: keys[frames.length % keys.length]! }));
  let at = 0;
  const count = message.cuts.length + 1;
  for (let fragment = 0; fragment < count; fragment++) {
    for (const { opcode, payload } of message.between[fragment] ?? []) push(opcode, payload, true);
    const end = fragment === count - 1 ? message.payload.length : at + message.cuts[fragment]!;
    const opcode = fragment > 0 ? CONTINUATION : message.isText ? TEXT : BINARY;
    push(opcode, message.payload.subarray(at, end), fragment === count - 1);
    at = end;
  }
  return frames;
}

/** What a receiver must tell of a message, in the words of the recorder. */
export function eventsOf(message: SentMessage): readonly string[] {
  const controls = message.between.slice(0, message.cuts.length + 1).flat().map(({ opcode, payload }) =>
    `${opcode === PING ? "ping" : "pong"} ${payload.toHex()}`
  );
  return [...controls, `${message.isText ? "text" : "binary"} ${message.payload.toHex()}`];
}

/** A stream of a few messages, perhaps ended by a Close frame and bytes that nobody may look at. */
export const validStream: fc.Arbitrary<Uint8Array> = fc.record({
  messages: fc.array(sentMessage, { maxLength: 4 }),
  keys: fc.array(maskKey, { minLength: 1, maxLength: 3 }),
  close: fc.option(fc.record({ code: fc.constantFrom(1000, 1001, 4000), rest: fc.uint8Array({ maxLength: 10 }) })),
}).map(({ messages, keys, close }) => {
  const frames = messages.flatMap((message) => framesOf(message, keys));
  if (close === null) return concat(...frames);
  const payload = Uint8Array.of(close.code >> 8, close.code & 0xff);
  return concat(...frames, encodeFrame({ opcode: CLOSE, payload, maskKey: keys[0]! }), close.rest);
});

/** A valid stream in which a few bytes were changed, inserted or taken out; most break a rule somewhere. */
export const mutatedStream: fc.Arbitrary<Uint8Array> = fc.tuple(
  validStream,
  fc.array(
    fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255), what: fc.nat(2) }),
    { minLength: 1, maxLength: 4 },
  ),
).map(([stream, mutations]) => {
  const bytes = Array.from(stream);
  for (const { share, byte, what } of mutations) {
    const at = Math.floor(share * bytes.length);
    if (what === 0) bytes[at] = byte;
    else bytes.splice(at, what === 1 ? 0 : 1, ...(what === 1 ? [byte] : []));
  }
  return Uint8Array.from(bytes);
});

/** Where a stream is cut, and where in which buffer each chunk lies. */
export interface Chunking {
  /** Sizes of the chunks, used in turn. */
  readonly sizes: readonly number[];
  /** Bytes before each chunk within its view. */
  readonly before: number;
  /** The view's place in its buffer: aligned to words or not. */
  readonly byteOffset: number;
}

/** Any chunking, byte by byte included. */
export const chunking: fc.Arbitrary<Chunking> = fc.record({
  sizes: fc.oneof(
    fc.constant([1]),
    fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 }),
    fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 10 }),
  ),
  before: fc.nat(9),
  byteOffset: fc.nat(7),
});

/** A chunk as a read leaves it: `bytes[start, end)` in a larger buffer. */
export interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
}

/** The chunks of a stream, each in a buffer of its own, surrounded by bytes that belong to nobody. */
export function* chunksOf(stream: Uint8Array, { sizes, before, byteOffset }: Chunking): Generator<Chunk> {
  let at = 0;
  for (let turn = 0; at < stream.length; turn++) {
    const part = stream.subarray(at, at + sizes[turn % sizes.length]!);
    const bytes = new Uint8Array(new ArrayBuffer(byteOffset + before + part.length + 5), byteOffset).fill(0xc5);
    bytes.set(part, before);
    yield { bytes, start: before, end: before + part.length };
    at += part.length;
  }
}
