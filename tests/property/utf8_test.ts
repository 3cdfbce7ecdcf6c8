/** UTF-8 checked in any pieces is what a fatal TextDecoder says of the whole. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { advanceUtf8, encodeText, UTF8_ACCEPT, UTF8_REJECT, utf8Bytes } from "../../lib/frame/mod.ts";
import { utf8 } from "../frame/recorder.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

function isDecodable(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    // A fatal decoder says "no" by throwing.
    return false;
  }
}

/** Whether something could follow that makes it decodable. */
function isBeginning(bytes: Uint8Array): boolean {
  const streaming = new TextDecoder("utf-8", { fatal: true });
  try {
    streaming.decode(bytes, { stream: true });
    return true;
  } catch {
    // As above.
    return false;
  }
}

const text = fc.string({ unit: "binary", maxLength: 120 }).map((string) => new Uint8Array(utf8(string)));

/** Bytes that are nearly UTF-8: text in which one was changed, or in which the interesting ones were strewn. */
const nearlyText = fc.oneof(
  text,
  fc.tuple(text, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  }),
  fc.array(fc.constantFrom(0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xf5), {
    maxLength: 60,
  }).map((bytes) => Uint8Array.from(bytes)),
  fc.uint8Array({ maxLength: 60 }),
);

Deno.test("advanceUtf8 over any split is what TextDecoder says of the whole", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(nearlyText, sizes, (bytes, pieces) => {
      let state = UTF8_ACCEPT;
      for (let at = 0, piece = 0; at < bytes.length; piece++) {
        const end = Math.min(bytes.length, at + pieces[piece % pieces.length]!);
        state = advanceUtf8(state, bytes, at, end);
        at = end;
      }
      assertEquals(state === UTF8_ACCEPT, isDecodable(bytes));
      assertEquals(state === UTF8_REJECT, !isBeginning(bytes));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("encodeText writes what TextEncoder does, of any string, lone surrogates included", () => {
  // UTF-16 code units at random: half of the strings hold surrogates without a partner.
  const anyString = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7ff, max: 0xe000 }), fc.nat(0x80)), {
    maxLength: 80,
  }).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(anyString, fc.nat(5), (string, at) => {
      const out = new Uint8Array(at + 3 * string.length);
      const end = encodeText(string, out, at);
      assertEquals(out.subarray(at, end).toHex(), utf8(string).toHex());
      assertEquals(utf8Bytes(string), end - at);
    }),
    { numRuns: 1_000 },
  );
});
