/**
 * Compressing whole messages: the sending half of permessage-deflate. RFC 7692 §7.2.1.
 *
 * Without context takeover one zlib stream serves all connections of the same parameters and is reset for each message,
 * so that an idle connection holds nothing. With it each connection has a stream of its own, made when it first sends.
 *
 * @module
 */
import { deflateOnce, TAIL } from "./zlib_once.ts";
import { type DeflateParameters, FLUSH, hasZlibStreams, ZlibStream } from "./zlib_stream.ts";

/** What is kept of the room that compressed messages appear in, in bytes. */
const SCRATCH_BYTES = 128 * 1024;

let scratch = new Uint8Array(0);

const sharedStreams = new Map<number, ZlibStream>();

/**
 * Compresses a payload on its own, referring to nothing before it.
 *
 * @param usesStreams for tests; a runtime that has them uses them.
 * @returns a view that is valid until the next call here; `undefined` when the result would not be smaller.
 */
export function deflateAlone(
  payload: Uint8Array,
  parameters: DeflateParameters,
  usesStreams: boolean = hasZlibStreams(),
): Uint8Array | undefined {
  const packed = usesStreams ? deflateShared(payload, parameters) : deflateOnce(payload, parameters);
  return packed.length < payload.length ? packed : undefined;
}

/** Compresses the messages of a connection whose context is kept. */
export class MessageDeflater {
  readonly #parameters: DeflateParameters;
  #stream: ZlibStream | undefined;

  constructor(parameters: DeflateParameters) {
    this.#parameters = parameters;
  }

  /** Memory held, in bytes: none before the first message. */
  get heldBytes(): number {
    return this.#stream?.heldBytes ?? 0;
  }

  /**
   * Compresses one payload, which is not empty.
   *
   * @returns a view that is valid until the next call here. It has to be sent, for the next message refers to it.
   */
  deflate(payload: Uint8Array): Uint8Array {
    return deflateWith(this.#stream ??= ZlibStream.deflate(this.#parameters), payload);
  }

  /** Something was sent that this context does not know: the next message refers to nothing before it. */
  reset(): void {
    this.#stream?.reset();
  }

  /** Frees the context. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }
}

function deflateShared(payload: Uint8Array, parameters: DeflateParameters): Uint8Array {
  const key = deflateKey(parameters);
  let stream = sharedStreams.get(key);
  if (stream === undefined) sharedStreams.set(key, stream = ZlibStream.deflate(parameters));
  else stream.reset();
  return deflateWith(stream, payload);
}

/** A number for each set of parameters. */
export function deflateKey({ windowBits, level, memLevel }: DeflateParameters): number {
  return (windowBits << 8) | (level << 4) | memLevel;
}

function deflateWith(stream: ZlibStream, payload: Uint8Array): Uint8Array {
  const room = deflateBound(payload.length);
  let output = scratch;
  if (room > output.length) {
    output = new Uint8Array(Math.max(room, SCRATCH_BYTES));
    if (output.length === SCRATCH_BYTES) scratch = output;
  }
  const end = stream.write(FLUSH.ALL, payload, 0, payload.length, output, 0, output.length);
  // RFC 7692 §7.2.1: "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end."
  return output.subarray(0, end - TAIL.length);
}

/** zlib's `deflateBound` for any parameters, and a flush: there is always room left over. */
function deflateBound(byteLength: number): number {
  return byteLength + ((byteLength + 7) >>> 3) + ((byteLength + 63) >>> 6) + 64;
}
