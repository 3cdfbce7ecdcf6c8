/** permessage-deflate against zlib's own streams as the oracle, in every mode. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import {
  type DeflateTerms,
  encodeFrame,
  FORM,
  MessageInflater,
  OPCODE,
  PreparedMessage,
  ProtocolError,
  Receiver,
  WriteBuffer,
} from "../../lib/frame/mod.ts";
import { DeflatingWriter } from "../../lib/frame/deflating_writer.ts";
import { FLUSH, ZlibStream } from "../../lib/frame/zlib_stream.ts";
import { concat, utf8 } from "../frame/recorder.ts";
import { CountingSource } from "../frame/segment_source.ts";
import { chunking, chunksOf } from "./streams.ts";

/** Payloads that compress well, badly and not at all, short and long. */
const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 60 }),
  fc.record({
    length: fc.integer({ min: 1, max: 40_000 }),
    kinds: fc.integer({ min: 1, max: 256 }),
    seed: fc.integer(),
  })
    .map(({ length, kinds, seed }) =>
      Uint8Array.from({ length }, (_, at) => (Math.imul(at + seed, 0x9e3779b1) >>> 13) % kinds)
    ),
  fc.tuple(fc.string({ minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 500 }))
    .map(([text, times]) => new Uint8Array(utf8(text.repeat(times)))),
);

const parameters = fc.record({
  windowBits: fc.integer({ min: 9, max: 15 }),
  level: fc.integer({ min: 1, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
});

/** The oracle of what we send: one zlib stream over everything, or one for each message. */
class Client {
  readonly messages: string[] = [];
  readonly #keepsContext: boolean;
  readonly #windowBits: number;
  #stream: number[] = [];
  #known = 0;

  constructor(keepsContext: boolean, windowBits: number) {
    this.#keepsContext = keepsContext;
    this.#windowBits = windowBits;
  }

  receive(stream: Uint8Array<ArrayBuffer>): void {
    const options = { maxMessageBytes: 2 ** 30, maxFragments: 1, expectMasked: false, allowsRsv1: true };
    const receiver = new Receiver(options, {
      onMessage: (form, bytes, start, end) => {
        const message = bytes.slice(start, end);
        this.messages.push(((form & FORM.COMPRESSED) !== 0 ? this.#inflate(message) : message).toHex());
      },
      onPing() {},
      onPong() {},
      onClose() {},
    });
    receiver.receive(stream, 0, stream.length);
  }

  #inflate(message: Uint8Array): Uint8Array {
    if (!this.#keepsContext) {
      this.#stream = [];
      this.#known = 0;
    }
    for (const byte of [...message, 0x00, 0x00, 0xff, 0xff]) this.#stream.push(byte);
    const settings = { windowBits: this.#windowBits, finishFlush: constants.Z_SYNC_FLUSH };
    const all = inflateRawSync(Uint8Array.from(this.#stream), settings);
    const fresh = new Uint8Array(all.subarray(this.#known));
    this.#known = all.length;
    return fresh;
  }
}

Deno.test("whatever is sent, private or shared, a zlib stream of the agreed window inflates", () => {
  const message = fc.record({ payload, isShared: fc.boolean() });
  const setting = fc.record({
    parameters,
    commonWindowBits: fc.integer({ min: 9, max: 15 }),
    keepsContext: fc.boolean(),
    thresholdBytes: fc.constantFrom(0, 50),
  });
  fc.assert(
    fc.property(setting, fc.array(message, { minLength: 1, maxLength: 6 }), (terms: DeflateTerms, messages) => {
      const commonWindowBits = Math.max(terms.commonWindowBits, terms.parameters.windowBits);
      const output = new WriteBuffer(new CountingSource());
      const writer = new DeflatingWriter({ ...terms, commonWindowBits }, output);
      const parts: Uint8Array[] = [];
      for (const { payload, isShared } of messages) {
        if (isShared) writer.appendPrepared(new PreparedMessage(payload));
        else writer.appendBytes(OPCODE.BINARY, payload);
        for (let bytes = output.begin(); bytes !== undefined; bytes = output.begin()) {
          parts.push(bytes.slice());
          output.wrote(bytes.length);
        }
      }
      writer.close();
      const client = new Client(terms.keepsContext, terms.parameters.windowBits);
      client.receive(concat(...parts));
      assertEquals(client.messages, messages.map(({ payload }) => payload.toHex()));
    }),
    { numRuns: 80 },
  );
});

/** Compresses as a client may: with one stream for all messages or with a new one for each, flushed anywhere. */
function compressAsClient(
  messages: readonly Uint8Array[],
  setting: { readonly windowBits: number; readonly level: number; readonly memLevel: number },
  keepsContext: boolean,
  flushEvery: number,
): readonly Uint8Array[] {
  let stream = ZlibStream.deflate(setting);
  const packed = messages.map((message) => {
    if (!keepsContext) {
      stream.close();
      stream = ZlibStream.deflate(setting);
    }
    const output = new Uint8Array(message.length * 2 + 20 * Math.ceil(message.length / flushEvery) + 200);
    let at = 0;
    for (let start = 0; start < message.length; start += flushEvery) {
      const end = Math.min(start + flushEvery, message.length);
      at = stream.write(FLUSH.ALL, message, start, end, output, at, output.length);
    }
    return output.slice(0, at - 4);
  });
  stream.close();
  return packed;
}

Deno.test("whatever a client compresses, in any chunking and fragments, arrives as it was", () => {
  const setting = fc.record({ parameters, keepsContext: fc.boolean(), flushEvery: fc.constantFrom(7, 100, 1 << 20) });
  fc.assert(
    fc.property(
      setting,
      fc.array(payload, { minLength: 1, maxLength: 5 }),
      chunking,
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ parameters, keepsContext, flushEvery }, messages, how, cut) => {
        const maskKey = Uint8Array.of(1, 2, 3, 4);
        const frames = compressAsClient(messages, parameters, keepsContext, flushEvery).flatMap((packed) => {
          const at = Math.floor(cut * packed.length);
          return [
            encodeFrame({ opcode: OPCODE.BINARY, payload: packed.subarray(0, at), rsv: 4, fin: false, maskKey }),
            encodeFrame({ opcode: OPCODE.CONTINUATION, payload: packed.subarray(at), maskKey }),
          ];
        });
        const source = new CountingSource();
        const { windowBits } = parameters;
        const inflater = new MessageInflater({ maxMessageBytes: 1 << 20, keepsContext, windowBits }, source);
        const seen: string[] = [];
        const options = { maxMessageBytes: 1 << 20, maxFragments: 2, expectMasked: true, allowsRsv1: true };
        const receiver = new Receiver(options, {
          onMessage(form, bytes, start, end) {
            const message = inflater.inflate((form & FORM.TEXT) !== 0, bytes, start, end);
            seen.push(message.bytes.subarray(message.start, message.end).toHex());
            source.give(message.bytes);
          },
          onPing() {},
          onPong() {},
          onClose() {},
        });
        for (const { bytes, start, end } of chunksOf(concat(...frames), how)) receiver.receive(bytes, start, end);
        inflater.close();
        assertEquals(seen, messages.map((message) => message.toHex()));
        assertEquals(source.outstanding, 0);
      },
    ),
    { numRuns: 80 },
  );
});

Deno.test("whatever bytes come, they are inflated whole as zlib does it, or refused", () => {
  const changed = fc.tuple(payload, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(), fc.boolean())
    .map(([payload, changes, end, isCut]) => {
      const packed = new Uint8Array(deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4));
      for (const [at, byte] of changes) packed[at % packed.length] = byte;
      return isCut ? packed.subarray(0, end % (packed.length + 1)) : packed;
    });
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      const inflated = [true, false].map((usesStreams) => {
        const source = new CountingSource();
        const options = { maxMessageBytes: 1 << 20, keepsContext: false, windowBits: 15, usesStreams };
        try {
          const message = new MessageInflater(options, source).inflate(false, bytes, 0, bytes.length);
          return message.bytes.slice(message.start, message.end).toHex();
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          assertEquals(source.outstanding, 0);
          return error.violation;
        }
      });
      const [streamed, once] = inflated;
      // The whole-buffer calls refuse what goes on behind a final block; else both agree.
      if (once !== "DEFLATE_CORRUPT") assert(streamed === once, `${streamed?.slice(0, 40)} !== ${once?.slice(0, 40)}`);
      else if (streamed !== "DEFLATE_CORRUPT") assertEquals(hasFinalBlock(bytes), true);
    }),
    { numRuns: 500 },
  );
});

/** Whether zlib finds the end of a stream before the end of these bytes. */
function hasFinalBlock(bytes: Uint8Array): boolean {
  const stream = ZlibStream.inflate(15);
  const output = new Uint8Array(1 << 17);
  stream.write(FLUSH.ALL, bytes, 0, bytes.length, output, 0, output.length);
  const isOver = stream.leftOverBytes > 0;
  stream.close();
  return isOver;
}
