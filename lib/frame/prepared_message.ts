/**
 * One message for many connections: encoded once, on first use, and shared.
 *
 * @module
 */
import { encodeFrame, RSV1_BIT } from "./header.ts";
import { deflateAlone, deflateKey } from "./message_deflater.ts";
import { OPCODE } from "./opcode.ts";
import { SharedRun } from "./shared_run.ts";
import type { DeflateParameters } from "./zlib_stream.ts";

const encoder = new TextEncoder();

/** What can be prepared: a string becomes a text message, bytes a binary one. */
export type Payload = string | ArrayBuffer | ArrayBufferView;

/** A message whose frame is encoded at most once, and compressed at most once for each set of parameters. */
export class PreparedMessage {
  /** True for a text message. */
  readonly isText: boolean;
  readonly #payload: Uint8Array;
  #run: SharedRun | undefined;
  /** By parameters; `null` where the result is not smaller. */
  #deflated: Map<number, SharedRun | null> | undefined;

  /** @param payload is not kept by reference: bytes are copied into the frame before this returns. */
  constructor(payload: Payload) {
    this.isText = typeof payload === "string";
    if (typeof payload === "string") {
      this.#payload = encoder.encode(payload);
    } else {
      this.#payload = viewOf(payload);
      this.#payload = this.frame.subarray(this.frame.length - this.#payload.length);
    }
  }

  /** The payload. Must not be changed. */
  get payload(): Uint8Array {
    return this.#payload;
  }

  /** The whole unmasked frame. Must not be changed. */
  get frame(): Uint8Array<ArrayBuffer> {
    return this.run.bytes;
  }

  /** The whole unmasked frame, for a write buffer. */
  get run(): SharedRun {
    return this.#run ??= this.#encode(this.#payload, 0);
  }

  /**
   * The whole frame, compressed on its own: for permessage-deflate.
   *
   * @returns `undefined` when it would not be smaller.
   */
  deflatedRun(parameters: DeflateParameters): SharedRun | undefined {
    const runs = this.#deflated ??= new Map();
    const key = deflateKey(parameters);
    let run = runs.get(key);
    if (run === undefined) runs.set(key, run = this.#deflate(parameters));
    return run ?? undefined;
  }

  #deflate(parameters: DeflateParameters): SharedRun | null {
    const payload = deflateAlone(this.#payload, parameters);
    return payload === undefined ? null : this.#encode(payload, RSV1_BIT >> 4);
  }

  #encode(payload: Uint8Array, rsv: number): SharedRun {
    return new SharedRun(encodeFrame({ opcode: this.isText ? OPCODE.TEXT : OPCODE.BINARY, payload, rsv }));
  }
}

/** The bytes of an `ArrayBuffer` or any view of one, without a copy. */
export function viewOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}
