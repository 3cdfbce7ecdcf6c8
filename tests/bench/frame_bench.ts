/**
 * The receiver: what a frame costs, from a chunk of many as a busy connection reads them, and from pieces.
 *
 * Each iteration takes in one chunk; the name says how many frames are in it.
 *
 * @module
 */
import { encodeFrame, OPCODE, Receiver, type ReceiverEvents } from "../../lib/frame/mod.ts";
import { concat, RFC_KEY, WIDE } from "../frame/recorder.ts";

const { TEXT, BINARY, CONTINUATION } = OPCODE;

let seenBytes = 0;
const sink: ReceiverEvents = {
  onMessage(_form, _bytes, start, end) {
    seenBytes += end - start;
  },
  onPing() {},
  onPong() {},
  onClose() {},
};

/** Unmasking is its own inverse only for the payload, so each iteration begins with a fresh copy of the chunk. */
function benchChunk(name: string, stream: Uint8Array, chunkBytes = stream.length): void {
  const chunk = new Uint8Array(stream.length);
  const receiver = new Receiver(WIDE, sink);
  Deno.bench({
    name,
    group: "receive",
    fn() {
      chunk.set(stream);
      for (let at = 0; at < chunk.length; at += chunkBytes) {
        receiver.receive(chunk, at, Math.min(chunk.length, at + chunkBytes));
      }
    },
  });
}

function frames(count: number, opcode: number, payload: Uint8Array): Uint8Array {
  return concat(...Array.from({ length: count }, () => encodeFrame({ opcode, payload, maskKey: RFC_KEY })));
}

function ascii(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(0x61);
}

const multibyte = new TextEncoder().encode("é€".repeat(13)).subarray(0, 65);

benchChunk("1000 binary frames of 20 B", frames(1000, BINARY, ascii(20)));
benchChunk("1000 binary frames of 64 B", frames(1000, BINARY, ascii(64)));
benchChunk("1000 text frames of 64 B, ASCII", frames(1000, TEXT, ascii(64)));
benchChunk("1000 text frames of 65 B, multibyte", frames(1000, TEXT, multibyte));
benchChunk("4 binary frames of 16 KiB", frames(4, BINARY, ascii(16_384)));
benchChunk("4 text frames of 16 KiB, ASCII", frames(4, TEXT, ascii(16_384)));
benchChunk("1 binary frame of 256 KiB in chunks of 64 KiB", frames(1, BINARY, ascii(262_144)), 65_536);
benchChunk(
  "1 binary message of 64 KiB in 64 fragments",
  concat(
    encodeFrame({ opcode: BINARY, payload: ascii(1024), fin: false, maskKey: RFC_KEY }),
    ...Array.from(
      { length: 62 },
      () => encodeFrame({ opcode: CONTINUATION, payload: ascii(1024), fin: false, maskKey: RFC_KEY }),
    ),
    encodeFrame({ opcode: CONTINUATION, payload: ascii(1024), maskKey: RFC_KEY }),
  ),
);

globalThis.addEventListener("unload", () => {
  if (seenBytes === 0) throw new Error("The benchmarks delivered no message");
});
