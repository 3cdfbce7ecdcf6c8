/**
 * Short texts that are sent in one turn, encoded together: a call into the runtime costs more than sixty letters.
 *
 * @module
 */
import { FIN_BIT } from "./header.ts";
import { OPCODE } from "./opcode.ts";

/** Texts of so many characters are gathered: as ASCII they have the shortest header. */
export const GATHERED_UP_TO = 125;

/** So many characters are gathered, headers included, before they are encoded. */
const FULL_AT = 4096;

/** Fewer bytes are encoded one text after the other: two of 20 characters take 1.2 times as long together. */
export const TOGETHER_FROM_BYTES = 256;

const HEADER_BYTES = 2;

/** Stands for a header while the texts are one string: two characters that are a byte each in UTF-8. */
const PLACEHOLDER = "\0\0";

const encoder = new TextEncoder();

/** Texts in the order in which they were sent. */
export class TextBatch {
  /** One alone is the common case. */
  #first: string | undefined;
  #texts: string[] | undefined;
  #byteLength = 0;

  /** Length of all frames in bytes, if the texts are ASCII; they are longer otherwise. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** True when the texts should be encoded before more are added. */
  get isFull(): boolean {
    return this.#byteLength >= FULL_AT;
  }

  /**
   * Adds a text of at most {@linkcode GATHERED_UP_TO} characters.
   *
   * @returns length of its frame, if it is ASCII.
   */
  add(text: string): number {
    if (this.#texts !== undefined) this.#texts.push(text);
    else if (this.#first === undefined) this.#first = text;
    else this.#texts = [this.#first, text];
    const byteLength = HEADER_BYTES + text.length;
    this.#byteLength += byteLength;
    return byteLength;
  }

  /** Hands the texts over, one alone as it is, and begins anew. */
  take(): string | readonly string[] | undefined {
    const taken = this.#texts ?? this.#first;
    this.#first = undefined;
    this.#texts = undefined;
    this.#byteLength = 0;
    return taken;
  }
}

/**
 * Writes a frame for each text.
 *
 * @param out has room for `byteLength` bytes from `at` on, which is the length of all frames if the texts are ASCII.
 * @returns false when they are not: what is written then means nothing.
 */
export function writeTexts(
  texts: readonly string[],
  out: Uint8Array<ArrayBuffer>,
  at: number,
  byteLength: number,
): boolean {
  const joined = PLACEHOLDER + texts.join(PLACEHOLDER);
  const { read } = encoder.encodeInto(joined, out.subarray(at, at + byteLength));
  // A character outside ASCII takes more than one byte: then they have not all found room.
  if (read !== byteLength) return false;
  for (let index = 0; index < texts.length; index++) {
    const { length } = texts[index]!;
    out[at] = FIN_BIT | OPCODE.TEXT;
    out[at + 1] = length;
    at += HEADER_BYTES + length;
  }
  return true;
}
