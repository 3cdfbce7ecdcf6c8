/**
 * The client's side of HTTP/1.1 for tests: a request as bytes, and from bytes to a `Response`.
 *
 * @module
 */
import { BodyDecoder, findHeadEnd, parseResponseHead } from "../http/mod.ts";
import type { MemoryStream } from "./memory_stream.ts";

/** A response as it came: `Response` cannot say 101, and gives no bodies to some others. */
export interface ClientResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

const READ_BYTES = 16_384;
const encoder = new TextEncoder();

/** Encodes a request. A body without a length in `headers` gets one. */
export function encodeRequest(
  method: string,
  target: string,
  headers: Iterable<readonly [string, string]>,
  body: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const length = body.length === 0 ? "" : `Content-Length: ${body.length}\r\n`;
  const head = encoder.encode(`${method} ${target} HTTP/1.1\r\n${lines}${length}\r\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** Reads responses from one stream, one after the other. What follows the last one read can be taken. */
export class ResponseReader {
  readonly #stream: MemoryStream;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(stream: MemoryStream) {
    this.#stream = stream;
  }

  /**
   * Reads the next response with its whole body. Those with status 100 are passed over unless asked for.
   *
   * @param isHead true for the answer to HEAD, which has no body whatever its fields say.
   * @throws {Error} when the connection ends first.
   */
  async next(isHead = false, passesContinue = false): Promise<ClientResponse> {
    const head = await this.#head();
    if (head.status === 100 && !passesContinue) return await this.next(isHead);
    if (isHead || head.status < 200 || head.status === 204 || head.status === 304) {
      return { ...head, body: new Uint8Array(0) };
    }
    return { ...head, body: await this.#body(head.headers) };
  }

  /** What came behind the last response. */
  take(): Uint8Array<ArrayBuffer> {
    const rest = this.#bytes;
    this.#bytes = new Uint8Array(0);
    return rest;
  }

  async #head(): Promise<Omit<ClientResponse, "body">> {
    let end = findHeadEnd(this.#bytes, 0, this.#bytes.length);
    while (end === -1) {
      if (!await this.#more()) throw new Error("the server closed the connection before it had answered");
      end = findHeadEnd(this.#bytes, 0, this.#bytes.length);
    }
    const { status, statusText, fields } = parseResponseHead(this.#bytes, 0, end);
    this.#bytes = this.#bytes.slice(end);
    return {
      status,
      statusText,
      headers: new Headers(fields.entries().map(([name, value]): [string, string] => [name, value])),
    };
  }

  async #body(headers: Headers): Promise<Uint8Array<ArrayBuffer>> {
    const isChunked = headers.get("transfer-encoding") === "chunked";
    const length = headers.get("content-length");
    if (!isChunked && length === null) {
      while (await this.#more());
      return this.take();
    }
    const framing = isChunked ? { kind: "chunked" } as const : { kind: "length", length: Number(length) } as const;
    const decoder = new BodyDecoder(framing, Number.MAX_SAFE_INTEGER);
    while (true) {
      this.#bytes = this.#bytes.slice(decoder.push(this.#bytes, 0, this.#bytes.length));
      if (decoder.done) return decoder.take();
      if (!await this.#more()) throw new Error("the server closed the connection in the middle of a body");
    }
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(READ_BYTES);
    const count = await this.#stream.read(buffer);
    if (count === null) return false;
    const bytes = new Uint8Array(this.#bytes.length + count);
    bytes.set(this.#bytes);
    bytes.set(buffer.subarray(0, count), this.#bytes.length);
    this.#bytes = bytes;
    return true;
  }
}
