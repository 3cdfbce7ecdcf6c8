/**
 * One message for many connections: encoded once, on first use, and shared.
 *
 * @module
 */
import { encodeFrame } from "./header.ts";
import { OPCODE } from "./opcode.ts";

const encoder = new TextEncoder();

/** What can be prepared: a string becomes a text message, bytes a binary one. */
export type Payload = string | ArrayBuffer | ArrayBufferView;

/** A message whose frame is encoded at most once. */
export class PreparedMessage {
  /** True for a text message. */
  readonly isText: boolean;
  readonly #payload: Uint8Array;
  #frame: Uint8Array<ArrayBuffer> | undefined;

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
    return this.#frame ??= encodeFrame({
      opcode: this.isText ? OPCODE.TEXT : OPCODE.BINARY,
      payload: this.#payload,
    });
  }
}

/** The bytes of an `ArrayBuffer` or any view of one, without a copy. */
export function viewOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}
