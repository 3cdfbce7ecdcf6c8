/**
 * The body of a request, within bounds.
 *
 * @module
 */
import { RequestError } from "./request_error.ts";

/**
 * Reads a body: not a byte more than allowed is held, whatever the length that was announced.
 *
 * @param tooLong what is said of more than `maxBytes`.
 * @throws {RequestError} 413.
 * @throws {Error} what the connection ended with before the body did.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  tooLong: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw new RequestError(413, tooLong);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new RequestError(413, tooLong);
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
