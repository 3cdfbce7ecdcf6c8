/**
 * The lines of a stream of bytes.
 *
 * @module
 */

/**
 * Each line without its line feed, and without the carriage return of Windows before it. The last one may lack its line
 * feed. Any re-chunking gives the same lines.
 */
export async function* inputLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let parts: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let at = 0;
    for (let end = chunk.indexOf(LF, at); end !== -1; end = chunk.indexOf(LF, at)) {
      yield lineOf([...parts, chunk.subarray(at, end)]);
      parts = [];
      at = end + 1;
    }
    if (at < chunk.length) parts.push(chunk.slice(at));
  }
  if (parts.length > 0) yield lineOf(parts);
}

const LF = 0x0a;
const CR = 0x0d;

function lineOf(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const line = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    line.set(part, at);
    at += part.length;
  }
  return line.at(-1) === CR ? line.subarray(0, -1) : line;
}
