/** The lines of a stream of bytes. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { inputLines } from "../../lib/terminal/input_lines.ts";

async function linesOf(chunks: readonly Uint8Array[]): Promise<string[]> {
  async function* stream() {
    yield* chunks;
  }
  return (await Array.fromAsync(inputLines(stream()))).map((line) => line.toHex());
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): string => bytes(text).toHex();

Deno.test("inputLines ends a line at a line feed, and takes the carriage return before it away", async () => {
  assertEquals(await linesOf([bytes("a\r\nb\n\nc\rd")]), ["a", "b", "", "c\rd"].map(hex));
  assertEquals(await linesOf([bytes("a\n")]), [hex("a")]);
  assertEquals(await linesOf([]), []);
});

Deno.test("inputLines gives the same lines for any re-chunking", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "\r", "\n") });
  await fc.assert(fc.asyncProperty(line, fc.array(fc.nat(20)), async (text, cuts) => {
    const whole = bytes(text);
    const edges = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
    const pieces = edges.slice(1).map((end, at) => whole.subarray(edges[at], end));
    assertEquals(await linesOf(pieces), await linesOf([whole]));
  }));
});
