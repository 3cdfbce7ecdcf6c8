import { assertEquals } from "@std/assert";
import { type BitRow, bitRows } from "../../../../lib/observe/inspector/page/bit_rows.ts";

const shown = (rows: readonly BitRow[]): readonly string[] =>
  rows.map((row) => row.map(({ name, bits, isRest }) => `${isRest ? "…" : ""}${name} ${bits}`).join(" | "));

const HEAD = "FIN 1 | RSV1 0 | RSV2 0 | RSV3 0 | opcode 0001";

Deno.test("bitRows draws a masked frame as the RFC does: the key in two rows, the payload masked behind it (§5.2, §5.7)", () => {
  assertEquals(shown(bitRows("818537fa213d", new TextEncoder().encode("Hello"))), [
    `${HEAD} | MASK 1 | payload len 0000101 | masking key 0011011111111010`,
    "…masking key 0010000100111101 | payload data, masked 0111111110011111",
    "…payload data, masked 010011010101000101011000",
  ]);
});

Deno.test("bitRows draws each form of the length where it stands, and every row but the last is full", () => {
  for (
    const [header, rows] of [["8102", 1], ["817e0100", 1], ["817f0000000000010000", 3], [
      "81ff000000000001000001020304",
      4,
    ]] as const
  ) {
    const drawn = bitRows(header, new Uint8Array(0));
    const widths = drawn.map((row) => row.reduce((sum, { bits }) => sum + bits.length, 0));
    assertEquals(drawn.length, rows);
    assertEquals(widths.slice(0, -1).every((width) => width === 32), true);
    assertEquals(widths.reduce((a, b) => a + b), header.length * 4);
  }
  assertEquals(shown(bitRows("817e0100", new Uint8Array(0))), [
    `${HEAD} | MASK 0 | payload len 1111110 | extended payload length 0000000100000000`,
  ]);
});

Deno.test("bitRows draws the beginning of a long payload", () => {
  const bits = bitRows("827e1000", new Uint8Array(4096)).flat().filter(({ kind }) => kind === "payload");
  assertEquals(bits.reduce((sum, cell) => sum + cell.bits.length, 0), 64);
});
