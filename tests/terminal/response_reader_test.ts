/** The answer to a handshake request, read from a connection. @module */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { OpeningError } from "../../lib/terminal/opening.ts";
import { readResponse, type Source } from "../../lib/terminal/response_reader.ts";

/** Gives the text in pieces that end at these places, then ends. */
function sourceOf(text: string, cuts: readonly number[] = []): Source {
  const bytes = new TextEncoder().encode(text);
  const inside = cuts.filter((cut) => cut > 0 && cut < bytes.length).sort((a, b) => a - b);
  const edges = [0, ...new Set(inside), bytes.length];
  let next = 1;
  return {
    read(buffer) {
      if (next >= edges.length) return Promise.resolve(null);
      const piece = bytes.subarray(edges[next - 1], edges[next++]);
      buffer.set(piece);
      return Promise.resolve(piece.length);
    },
  };
}

const RESPONSES: ReadonlyArray<readonly [what: string, text: string, status: number, body: string, rest: string]> = [
  ["a 101 and what is behind it", "HTTP/1.1 101 S\r\nA: b\r\n\r\nrest", 101, "", "rest"],
  ["an early hint before it", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 S\r\n\r\n", 101, "", ""],
  ["a body with a length", "HTTP/1.1 404 N\r\nContent-Length: 5\r\n\r\nhello", 404, "hello", ""],
  ["a body in chunks", "HTTP/1.1 404 N\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 404, "hello", ""],
  ["a body up to the end", "HTTP/1.1 502 B\r\n\r\nhello", 502, "hello", ""],
  ["a body that breaks off", "HTTP/1.1 502 B\r\nContent-Length: 9\r\n\r\nhello", 502, "", ""],
  ["a body that is malformed", "HTTP/1.1 502 B\r\nTransfer-Encoding: chunked\r\n\r\nnonsense", 502, "", ""],
  ["no body", "HTTP/1.1 204 N\r\n\r\n", 204, "", ""],
];

for (const [what, text, status, body, rest] of RESPONSES) {
  Deno.test(`readResponse reads ${what}, in any pieces`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length)), async (cuts) => {
        // What is behind the 101 comes with later reads of the connection, where it comes in a piece of its own.
        const untilBody = cuts.filter((cut) => rest === "" || cut < text.indexOf("\r\n\r\n") + 4);
        const response = await readResponse(sourceOf(text, untilBody));
        assertEquals([response.head.status, response.body], [status, body]);
        assertEquals(new TextDecoder().decode(response.rest), rest);
      }),
      { numRuns: 50 },
    );
  });
}

Deno.test("readResponse says what is wrong with an answer", async () => {
  await assertRejects(() => readResponse(sourceOf("")), OpeningError, "ended before there was an answer");
  await assertRejects(() => readResponse(sourceOf("HTTP/1.1 1")), OpeningError, 'within the answer: "HTTP/1.1 1"');
  await assertRejects(() => readResponse(sourceOf("SSH-2.0-x\r\n\r\n")), OpeningError, "speaks no HTTP/1.1");
  const cuts = Array.from({ length: 30 }, (_, at) => at * 10_000);
  await assertRejects(() => readResponse(sourceOf("x".repeat(300_000), cuts)), OpeningError, "more than 262144 bytes");
});
