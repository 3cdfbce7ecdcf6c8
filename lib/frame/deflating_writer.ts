/**
 * Messages into a write buffer, compressed where it was agreed on and pays.
 *
 * @module
 */
import { RSV1_BIT } from "./header.ts";
import { deflateAlone, MessageDeflater } from "./message_deflater.ts";
import { OPCODE } from "./opcode.ts";
import type { PreparedMessage } from "./prepared_message.ts";
import { encodeText, utf8Bytes } from "./text_encoder.ts";
import type { WriteBuffer } from "./write_buffer.ts";
import type { DeflateParameters } from "./zlib_stream.ts";

/** How we compress for one peer. */
export interface DeflateTerms {
  /** The window is at most what was agreed on. */
  readonly parameters: DeflateParameters;
  /** The window we would use if no peer asked for a smaller one: what is compressed for many is made with it. */
  readonly commonWindowBits: number;
  /** Our messages may refer to earlier ones: the connection has a context of its own. */
  readonly keepsContext: boolean;
  /** Shorter messages are sent as they are. */
  readonly thresholdBytes: number;
}

/** Strings are encoded here before they are compressed. */
let textScratch = new Uint8Array(0);
const TEXT_SCRATCH_BYTES = 64 * 1024;

/** Sends the messages of one connection. */
export class DeflatingWriter {
  readonly #terms: DeflateTerms;
  readonly #output: WriteBuffer;
  readonly #commonParameters: DeflateParameters;
  readonly #context: MessageDeflater | undefined;

  constructor(terms: DeflateTerms, output: WriteBuffer) {
    const { parameters, commonWindowBits, keepsContext } = terms;
    this.#terms = terms;
    this.#output = output;
    this.#commonParameters = { ...parameters, windowBits: commonWindowBits };
    this.#context = keepsContext ? new MessageDeflater(parameters) : undefined;
  }

  /** Memory of the context, in bytes. */
  get heldBytes(): number {
    return this.#context?.heldBytes ?? 0;
  }

  /** True when a message of this length is compressed. */
  compresses(byteLength: number): boolean {
    return byteLength > 0 && byteLength >= this.#terms.thresholdBytes;
  }

  /** Appends a text message. */
  appendText(text: string): void {
    // A character takes three bytes at most.
    if (!this.compresses(text.length * 3)) return this.#output.appendText(text);
    const room = text.length * 3 <= TEXT_SCRATCH_BYTES ? TEXT_SCRATCH_BYTES : utf8Bytes(text);
    let bytes = textScratch;
    if (room > bytes.length) {
      bytes = new Uint8Array(room);
      if (room === TEXT_SCRATCH_BYTES) textScratch = bytes;
    }
    this.appendBytes(OPCODE.TEXT, bytes.subarray(0, encodeText(text, bytes, 0)));
  }

  /** Appends a message of this opcode. */
  appendBytes(opcode: number, payload: Uint8Array): void {
    const packed = this.compresses(payload.length) ? this.#deflate(payload) : undefined;
    if (packed === undefined) this.#output.appendFrame(opcode, payload);
    else this.#output.appendFrame(opcode | RSV1_BIT, packed);
  }

  /**
   * Appends a message that goes to many, compressed once for all of them.
   *
   * A context that is kept knows nothing of it, so it begins anew behind it.
   */
  appendPrepared(message: PreparedMessage): void {
    const { byteLength } = message.payload;
    if (!this.compresses(byteLength)) return this.#output.appendShared(message.run);
    // RFC 7692 §7.1.2.1: we must not refer to what lies beyond the window agreed on. In a payload that fits into it,
    // nothing does.
    const { parameters } = this.#terms;
    const fits = byteLength <= 1 << parameters.windowBits;
    const run = message.deflatedRun(fits ? this.#commonParameters : parameters);
    if (run === undefined) return this.#output.appendShared(message.run);
    this.#output.appendShared(run);
    this.#context?.reset();
  }

  /** Frees the context. */
  close(): void {
    this.#context?.close();
  }

  #deflate(payload: Uint8Array): Uint8Array | undefined {
    return this.#context?.deflate(payload) ?? deflateAlone(payload, this.#terms.parameters);
  }
}
