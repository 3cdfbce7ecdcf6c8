/** The tap against the receiver and zlib: what it shows is what was sent, however the bytes were cut. @module */
import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { applyMask, encodeFrame, FLUSH, FORM, OPCODE, readMaskKey, Receiver, ZlibStream } from "../../lib/frame/mod.ts";
import { type FrameRecord, FrameTap, type FrameTapOptions } from "../../lib/protocol/mod.ts";
import { concat, utf8 } from "../frame/recorder.ts";
import { chunking, chunksOf, framesOf, maskKey, mutatedStream, sentMessage, validStream } from "./streams.ts";

const OPTIONS: FrameTapOptions = { isFromBeginning: true, maxMessageBytes: 1 << 22, maxKeptBytes: 1 << 22 };

function tapped(chunks: Iterable<Uint8Array>, options = OPTIONS): readonly FrameRecord[] {
  const records: FrameRecord[] = [];
  const tap = new FrameTap(options, (record) => void records.push(record));
  for (const chunk of chunks) tap.push(chunk);
  tap.end();
  return records;
}

function* partsOf(stream: Uint8Array, how: Parameters<typeof chunksOf>[1]): Generator<Uint8Array> {
  for (const { bytes, start, end } of chunksOf(stream, how)) yield bytes.subarray(start, end);
}

/** The data messages, from frames and contents. */
function messagesOf(records: readonly FrameRecord[]): readonly string[] {
  return records.filter(({ fin, opcode, message }) => fin && opcode < 8 && message > 0).map((record) => {
    const { opcode, payload, content } = record;
    return `${(content?.opcode ?? opcode) === OPCODE.TEXT ? "text" : "binary"} ${(content?.bytes ?? payload).toHex()}`;
  });
}

Deno.test("FrameTap: any re-chunking gives the same records, of streams that break rules too", () => {
  fc.assert(fc.property(fc.oneof(validStream, mutatedStream), chunking, (stream, how) => {
    for (const deflate of [undefined, { keepsContext: true, windowBits: 15 }]) {
      const options = { ...OPTIONS, deflate, maxKeptBytes: 3000 };
      assertEquals(tapped(partsOf(stream, how), options), tapped([stream], options));
    }
  }));
});

Deno.test("FrameTap: headers and payloads, masked again, are the stream, but for a header that its end cuts in two", () => {
  fc.assert(fc.property(fc.oneof(validStream, mutatedStream), chunking, (stream, how) => {
    const again = concat(
      ...tapped(partsOf(stream, how)).flatMap(({ header, maskKey, payload }) => {
        if (maskKey !== undefined) applyMask(payload, 0, payload.length, readMaskKey(maskKey, 0));
        return [header, payload];
      }),
    );
    assertEquals(again.toHex(), stream.subarray(0, again.length).toHex());
    assertLess(stream.length - again.length, 14);
  }));
});

Deno.test("FrameTap: its messages are those of the receiver", () => {
  const messages = fc.array(sentMessage, { maxLength: 4 });
  fc.assert(fc.property(messages, fc.array(maskKey, { minLength: 1, maxLength: 3 }), chunking, (sent, keys, how) => {
    const stream = concat(...sent.flatMap((message) => framesOf(message, keys)));
    const received: string[] = [];
    const receiver = new Receiver({ maxMessageBytes: 1 << 22, maxFragments: 1000, expectMasked: true }, {
      onMessage: (form, bytes, start, end) => {
        received.push(`${(form & FORM.TEXT) !== 0 ? "text" : "binary"} ${bytes.slice(start, end).toHex()}`);
      },
      onPing() {},
      onPong() {},
      onClose() {},
    });
    const shown = tapped(partsOf(stream, how));
    const copy = stream.slice();
    receiver.receive(copy, 0, copy.length);
    assertEquals(messagesOf(shown), received);
  }));
});

const compressible = fc.tuple(fc.string({ minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 800 }))
  .map(([unit, times]) => unit.repeat(times));

Deno.test("FrameTap: text shown equals text sent, masked, fragmented and compressed, with and without a kept context", () => {
  const texts = fc.array(compressible, { minLength: 1, maxLength: 4 });
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
  fc.assert(fc.property(texts, shares, fc.boolean(), maskKey, chunking, (sent, cuts, keepsContext, key, how) => {
    const stream = ZlibStream.deflate({ windowBits: 15, level: 6, memLevel: 8 });
    const frames = sent.flatMap((text) => {
      if (!keepsContext) stream.reset();
      const input = utf8(text);
      const output = new Uint8Array(input.length * 2 + 100);
      const end = stream.write(FLUSH.ALL, input, 0, input.length, output, 0, output.length) - 4;
      const ends = [...cuts.map((share) => Math.floor(share * end)).sort((a, b) => a - b), end];
      return ends.map((to, at) =>
        encodeFrame({
          opcode: at === 0 ? OPCODE.TEXT : OPCODE.CONTINUATION,
          rsv: at === 0 ? 4 : 0,
          fin: at === ends.length - 1,
          payload: output.slice(ends[at - 1] ?? 0, to),
          maskKey: key,
        })
      );
    });
    stream.close();
    const records = tapped(partsOf(concat(...frames), how), { ...OPTIONS, deflate: { keepsContext, windowBits: 15 } });
    const contents = records.flatMap(({ content }) => content === undefined ? [] : [content]);
    assertEquals(contents.map(({ bytes }) => new TextDecoder().decode(bytes)), sent);
    assertEquals(contents.map(({ byteLength }) => byteLength), sent.map((text) => utf8(text).length));
    assertEquals(contents.filter(({ inflation }) => inflation !== "whole"), []);
  }));
});
