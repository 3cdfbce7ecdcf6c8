/**
 * A client of plain HTTP on one connection of a test server: requests as text, responses one after the other.
 *
 * @module
 */
import { encodeChunk, LAST_CHUNK } from "../../../lib/http/mod.ts";
import { type ClientResponse, ResponseReader } from "../../../lib/testing/client_response.ts";
import type { MemoryStream, TestServer } from "../../../lib/testing/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A response with its body as text. */
export interface TextAnswer extends Omit<ClientResponse, "body"> {
  readonly body: string;
}

export class HttpClient {
  readonly stream: MemoryStream;
  readonly #reader: ResponseReader;
  readonly #server: TestServer;

  constructor(server: TestServer, remoteAddress?: string) {
    this.#server = server;
    this.stream = server.dial(remoteAddress);
    this.#reader = new ResponseReader(this.stream);
  }

  /** Sends bytes, or a text whose lines end with LF, as they are but for the CRs. */
  async send(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === "string" ? encoder.encode(text.replaceAll("\n", "\r\n")) : text;
    for (let at = 0; at < bytes.length;) at += await this.stream.write(bytes.subarray(at));
  }

  /** The next response. */
  async next(isHead = false, passesContinue = false): Promise<TextAnswer> {
    // Also keeps the event loop going: without a port there may be nothing else that does.
    void this.#server.still();
    const answer = await this.#reader.next(isHead, passesContinue);
    return { ...answer, body: decoder.decode(answer.body) };
  }

  /** Sends a request and waits for its response. */
  async ask(text: string): Promise<TextAnswer> {
    await this.send(text);
    return await this.next(text.startsWith("HEAD "));
  }

  /** True when the server has closed its side, and nothing came before that. */
  async isEnded(): Promise<boolean> {
    if (this.#reader.take().length > 0) return false;
    return await this.stream.read(new Uint8Array(1)) === null;
  }
}

/** A GET without a body. */
export function get(path: string, ...lines: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, "Host: localhost", ...lines, "", ""].join("\n");
}

/** The head of an opening handshake. */
export function handshake(path = "/", ...lines: readonly string[]): string {
  return get(
    path,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...lines,
  );
}

/** A body in chunks, one for each part. */
export function chunked(...parts: readonly string[]): Uint8Array {
  const chunks = [...parts.map((part) => encodeChunk(encoder.encode(part))), LAST_CHUNK];
  return new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
}
