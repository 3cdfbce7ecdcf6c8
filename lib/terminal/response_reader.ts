/**
 * Reads the answer to a handshake request from a connection: a 101 and what came behind it, or a refusal and its body.
 *
 * @module
 */
import { BodyDecoder, findHeadEnd, HttpError, parseResponseHead, type ResponseHead } from "../http/mod.ts";
import { OpeningError } from "./opening.ts";

/** An answer. */
export interface Response {
  readonly head: ResponseHead;
  /** Of a refusal, as text; empty for a 101. */
  readonly body: string;
  /** Of a 101: the bytes behind it. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** What is read of: a connection. */
export interface Source {
  read(buffer: Uint8Array): Promise<number | null>;
}

const READ_BYTES = 16 * 1024;
/** The longest head, in bytes: what python's websockets and curl bear and more. */
const MAX_HEAD_BYTES = 256 * 1024;
/** Of a refusal's body so much is read, in bytes: it is for people. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Reads one answer. Informational ones before it (103, for instance) are passed over.
 *
 * @throws {OpeningError} when what comes is no HTTP response, or the connection ends before it has come.
 */
export async function readResponse(source: Source): Promise<Response> {
  const reader = new Reader(source);
  let head = await reader.head();
  while (head.status < 200 && head.status !== 101) head = await reader.head();
  if (head.status === 101) return { head, body: "", rest: reader.bytes };
  return { head, body: await reader.body(head), rest: new Uint8Array(0) };
}

class Reader {
  bytes = new Uint8Array(0);
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  async head(): Promise<ResponseHead> {
    let end = findHeadEnd(this.bytes, 0, this.bytes.length);
    while (end === -1) {
      const before = this.bytes.length;
      if (before > MAX_HEAD_BYTES) throw new OpeningError(`the answer's head has more than ${MAX_HEAD_BYTES} bytes`);
      if (!await this.#more()) throw new OpeningError(brokenOff(this.bytes));
      end = findHeadEnd(this.bytes, Math.max(0, before - 3), this.bytes.length);
    }
    const bytes = this.bytes.subarray(0, end);
    this.bytes = this.bytes.slice(end);
    try {
      return parseResponseHead(bytes, 0, end);
    } catch (error) {
      throw new OpeningError(`what answered speaks no HTTP/1.1: ${(error as Error).message}`, { cause: error });
    }
  }

  /** What has come of a body is worth showing even where it is broken off. RFC 9112 §6.3. */
  async body({ status, fields }: ResponseHead): Promise<string> {
    if (status === 204 || status === 304) return "";
    const isChunked = /\bchunked$/i.test(fields.get("transfer-encoding") ?? "");
    const length = Number(fields.get("content-length") ?? NaN);
    try {
      if (isChunked || Number.isSafeInteger(length)) {
        const decoder = new BodyDecoder(isChunked ? { kind: "chunked" } : { kind: "length", length }, MAX_BODY_BYTES);
        do this.bytes = this.bytes.slice(decoder.push(this.bytes, 0, this.bytes.length)); while (
          !decoder.done && await this.#more()
        );
        return decoder.done ? decode(decoder.take()) : "";
      }
    } catch (error) {
      if (error instanceof HttpError) return "";
      throw error;
    }
    while (this.bytes.length < MAX_BODY_BYTES && await this.#more());
    return decode(this.bytes);
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(READ_BYTES);
    const count = await this.#source.read(buffer);
    if (count === null) return false;
    const bytes = new Uint8Array(this.bytes.length + count);
    bytes.set(this.bytes);
    bytes.set(buffer.subarray(0, count), this.bytes.length);
    this.bytes = bytes;
    return true;
  }
}

function brokenOff(bytes: Uint8Array): string {
  if (bytes.length === 0) return "the connection ended before there was an answer";
  return `the connection ended within the answer: ${JSON.stringify(decode(bytes.subarray(0, 200)))}`;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
