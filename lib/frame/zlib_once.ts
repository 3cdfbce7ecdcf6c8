/**
 * permessage-deflate by zlib's whole-buffer calls: for runtimes without streams that can be driven synchronously.
 *
 * Each message stands alone: no context can be kept, and both sides must have agreed on that.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { ProtocolError } from "./violation.ts";
import type { DeflateParameters } from "./zlib_stream.ts";

/** RFC 7692 §7.2.1: these four octets end each message before they are removed, and are put back by the reader. */
export const TAIL = new Uint8Array([0x00, 0x00, 0xff, 0xff]);

/** An empty block that says it is the last: with it the stream is complete, or zlib says that it is not. */
const FINAL_BLOCK = new Uint8Array([0x01, 0x00, 0x00, 0xff, 0xff]);

/** Compresses one message. */
export function deflateOnce(payload: Uint8Array, parameters: DeflateParameters): Uint8Array {
  const { windowBits, level, memLevel } = parameters;
  const packed = deflateRawSync(payload, { windowBits, level, memLevel, finishFlush: constants.Z_SYNC_FLUSH });
  return packed.subarray(0, packed.length - TAIL.length);
}

/**
 * Inflates one message.
 *
 * @throws {ProtocolError} when it is corrupt, goes on behind a final block, or becomes longer than `maxMessageBytes`.
 */
export function inflateOnce(payload: Uint8Array, maxMessageBytes: number): Uint8Array {
  const input = Buffer.concat([payload, TAIL, FINAL_BLOCK]);
  const { message, takenBytes } = inflate(input, maxMessageBytes);
  // Where a message has a final block of its own, the whole-buffer call takes that for the end. What follows must not
  // be lost in silence: it may be the octet of RFC 7692 §7.2.3.4. Of an empty block the length is in the tail.
  const isWhole = takenBytes === input.length || takenBytes === payload.length ||
    takenBytes === payload.length + TAIL.length || (takenBytes === payload.length - 1 && payload.at(-1) === 0);
  // In the middle of a block the octets that were put back are taken for a part of it, and come out as something.
  if (!isWhole || inflate(payload, maxMessageBytes, FLUSHED).message.length !== message.length) {
    throw new ProtocolError("DEFLATE_CORRUPT");
  }
  return message;
}

const FLUSHED = { finishFlush: constants.Z_SYNC_FLUSH } as const;

interface Inflated {
  readonly message: Uint8Array;
  readonly takenBytes: number;
}

function inflate(
  input: Uint8Array,
  maxOutputLength: number,
  settings: { readonly finishFlush?: number } = {},
): Inflated {
  try {
    const result: unknown = inflateRawSync(input, {
      ...settings,
      maxOutputLength,
      info: true,
    });
    const { buffer, engine } = result as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return { message: buffer, takenBytes: engine.bytesWritten };
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    throw new ProtocolError(code === "ERR_BUFFER_TOO_LARGE" ? "MESSAGE_TOO_BIG" : "DEFLATE_CORRUPT");
  }
}
