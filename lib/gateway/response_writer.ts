/**
 * A `Response` onto the wire: with a length when the body ends at once, in chunks when it is a stream. RFC 9112 §6, §7.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { encodeChunk, encodeResponseHead, LAST_CHUNK } from "../http/mod.ts";

/** Where a response goes. */
export interface ResponseSink {
  /** Appends bytes. */
  write(bytes: Uint8Array): void;
  /** Resolves when there is room for more; rejects when the client is gone. */
  drained(): Promise<void>;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** How a response is to be framed. */
export interface ResponseFraming {
  /** True for the answer to HEAD: the fields of GET, no body. RFC 9110 §9.3.2. */
  readonly isHead: boolean;
  readonly version: "1.0" | "1.1";
  /** False makes it the last on its connection. */
  readonly keepAlive: boolean;
  /** The Date field's value. */
  readonly date: string;
}

/** Fields that belong to the connection and not to the route. RFC 9110 §7.6.1. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

type Reading = { readonly done: boolean; readonly value?: Uint8Array | undefined };

/**
 * Writes a response.
 *
 * @returns true when the connection can be used for another request.
 */
export async function writeResponse(
  response: Response,
  framing: ResponseFraming,
  sink: ResponseSink,
): Promise<boolean> {
  const hasBody = response.body !== null && !isBodiless(response.status);
  if (!hasBody) {
    // RFC 9110 §8.6: in the answer to HEAD it is what GET would have; elsewhere there is nothing to count.
    const length = framing.isHead ? response.headers.get("content-length") ?? "0" : "0";
    sink.write(headOf(response, framing, isBodiless(response.status) ? [] : [["Content-Length", length]]));
    return framing.keepAlive;
  }
  const reader = response.body.getReader();
  // The stream's own failure is told by its reads.
  const cancel = (reason: unknown) => reader.cancel(reason).catch(() => {});
  const leave = () => void cancel(sink.signal.reason);
  sink.signal.addEventListener("abort", leave, { once: true });
  try {
    return await writeBody(response, framing, sink, reader);
  } catch (error) {
    await cancel(error);
    throw error;
  } finally {
    sink.signal.removeEventListener("abort", leave);
  }
}

async function writeBody(
  response: Response,
  framing: ResponseFraming,
  sink: ResponseSink,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<boolean> {
  const first = await reader.read();
  const next = reader.read();
  const isShort = first.done || await endsAtOnce(next);
  sink.signal.throwIfAborted();
  if (isShort) {
    const body = bytesOf(first);
    sink.write(headOf(response, framing, [["Content-Length", String(body.length)]]));
    if (!framing.isHead) sink.write(body);
    return framing.keepAlive;
  }
  // RFC 9112 §6.1: chunked must not be sent to HTTP/1.0, whose bodies end with the connection.
  const isChunked = framing.version === "1.1";
  const fields: [string, string][] = isChunked ? [["Transfer-Encoding", "chunked"]] : [];
  const keepAlive = framing.keepAlive && isChunked;
  sink.write(headOf(response, { ...framing, keepAlive }, fields));
  if (framing.isHead) {
    await reader.cancel();
    return keepAlive;
  }
  for (let reading: Reading = first; !reading.done; reading = reading === first ? await next : await reader.read()) {
    const bytes = bytesOf(reading);
    sink.signal.throwIfAborted();
    sink.write(isChunked ? encodeChunk(bytes) : bytes);
    await sink.drained();
  }
  sink.signal.throwIfAborted();
  if (isChunked) sink.write(LAST_CHUNK);
  return keepAlive;
}

/** @throws {TypeError} for what is not bytes. Streams can carry anything; bodies cannot. */
function bytesOf({ value }: Reading): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A response body's stream gave a ${typeof value}: pipe it through a TextEncoderStream.`);
}

/** Whether the stream has ended already: a body made of a string or of bytes has, after its first read. */
async function endsAtOnce(next: Promise<Reading>): Promise<boolean> {
  const soon = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
  const reading = await Promise.race([next, soon]);
  return reading?.done === true;
}

function headOf(
  response: Response,
  framing: ResponseFraming,
  framingFields: ReadonlyArray<readonly [string, string]>,
): Uint8Array {
  const fields = [...response.headers].filter(([name]) => !CONNECTION_FIELDS.has(name));
  const persistence = framing.keepAlive ? "keep-alive" : "close";
  return encodeResponseHead(response.status, [
    ...fields,
    ...framingFields,
    ["Date", framing.date],
    ["Connection", persistence],
  ]);
}

/** RFC 9112 §6.3: these responses end with their head. */
function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}
