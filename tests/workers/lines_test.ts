import { assertEquals } from "@std/assert";
import { MAX_LINE_CHARACTERS, passOnLines } from "../../lib/workers/lines.ts";

async function linesOf(chunks: readonly (string | Uint8Array<ArrayBuffer>)[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  await passOnLines(ReadableStream.from(bytes), (line) => void lines.push(line));
  return lines;
}

Deno.test("passOnLines passes on whole lines, however they come, and what is left at the end", async () => {
  assertEquals(await linesOf(["a\nb", "c\n", "\nd"]), ["a", "bc", "", "d"]);
  const umlaut = new TextEncoder().encode("ü\n");
  assertEquals(await linesOf([umlaut.slice(0, 1), umlaut.slice(1)]), ["ü"]);
  assertEquals(await linesOf([]), []);
});

Deno.test("passOnLines holds no more of a line than it may", async () => {
  const lines = await linesOf(["x".repeat(MAX_LINE_CHARACTERS), "y", "z\n"]);
  assertEquals(lines.map((line) => line.length), [MAX_LINE_CHARACTERS + 1, 1]);
});

Deno.test("passOnLines ends quietly where the output breaks", async () => {
  const lines: string[] = [];
  const output = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.error(new Error("broken"));
    },
  });
  await passOnLines(output, (line) => void lines.push(line));
  assertEquals(lines, []);
});
