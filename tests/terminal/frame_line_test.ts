/** One frame on one line. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { frameLines, opcodeName } from "../../lib/terminal/frame_line.ts";

function linesOf(bytes: Uint8Array, ends = false): string[] {
  const lines: string[] = [];
  const tap = frameLines((line) => lines.push(line));
  tap.push(bytes);
  if (ends) tap.end();
  return lines;
}

const LINES: ReadonlyArray<readonly [what: string, hex: string, line: string]> = [
  ["a masked text", "818537fa213d7f9f4d5158", 'TEXT         FIN  mask 37fa213d  5 bytes (7-bit length)  "Hello"'],
  ["a first fragment", "010348656c", 'TEXT              3 bytes (7-bit length)  "Hel"'],
  ["an empty binary", "8200", "BINARY       FIN  0 bytes (7-bit length)"],
  ["a binary", "820100", "BINARY       FIN  1 byte (7-bit length)  00"],
  ["a ping with text", "890568656c6c6f", 'PING         FIN  5 bytes (7-bit length)  "hello"'],
  ["a pong with bytes", "8a0200ff", "PONG         FIN  2 bytes (7-bit length)  00 ff"],
  ["a close", "88021389".replace("1389", "03e8"), "CLOSE        FIN  2 bytes (7-bit length)  1000"],
  ["a close with a reason", "880403f36f68", 'CLOSE        FIN  4 bytes (7-bit length)  1011 "oh"'],
  ["a close of one byte", "880103", "CLOSE        FIN  1 byte (7-bit length)  03"],
  [
    "a compressed text",
    "c107f248cdc9c90700",
    "TEXT         FIN RSV1  7 bytes (7-bit length)  deflated f2 48 cd c9 c9 07 00",
  ],
  ["a reserved opcode and bits", "b30161", "0x3          FIN RSV2 RSV3  1 byte (7-bit length)  61"],
  ["a length that is too long a form", "827e000161", "BINARY       FIN  1 byte (16-bit length)  61"],
  ["an escape sequence", "81041b5b326a", 'TEXT         FIN  4 bytes (7-bit length)  "\\e[2j"'],
];

for (const [what, hex, line] of LINES) {
  Deno.test(`frameLine describes ${what}`, () => assertEquals(linesOf(Uint8Array.fromHex(hex)), [line]));
}

Deno.test("frameLine shows a fragment as what its message is, across a ping, and one of no message as bytes", () => {
  assertEquals(linesOf(Uint8Array.fromHex("0101618900" + "800162" + "800163")), [
    'TEXT              1 byte (7-bit length)  "a"',
    "PING         FIN  0 bytes (7-bit length)",
    'CONTINUATION  FIN  1 byte (7-bit length)  "b"',
    "CONTINUATION  FIN  1 byte (7-bit length)  63",
  ]);
  assertEquals(linesOf(Uint8Array.fromHex("4101f2" + "800148")).map((line) => line.split(")  ")[1]), [
    "deflated f2",
    "deflated 48",
  ]);
});

Deno.test("frameLine keeps the beginning of a long payload only", () => {
  const [line = ""] = linesOf(Uint8Array.of(0x82, 126, 0xff, 0xff, ...new Uint8Array(0xffff)));
  assertEquals(line, `BINARY       FIN  65535 bytes (16-bit length)  ${"00 ".repeat(20)}…`);
});

Deno.test("frameLine tells nothing of a header that broke off", () => {
  assertEquals(linesOf(Uint8Array.of(0x81), true), []);
});

Deno.test("frameLine cuts a long text between two characters, and says so", () => {
  const text = new TextEncoder().encode("漢".repeat(50));
  const [line = ""] = linesOf(Uint8Array.of(0x81, 126, 0, text.length, ...text));
  assertEquals(line, `TEXT         FIN  150 bytes (16-bit length)  "${"漢".repeat(41)}"…`);
});

Deno.test("frameLine says how much of a frame came that broke off", () => {
  assertEquals(linesOf(Uint8Array.fromHex("81056865"), true), ['TEXT         FIN  2 of 5 bytes (7-bit length)  "he"…']);
});

Deno.test("frameLine makes one line that does nothing on a terminal, whatever came", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 200 }), (bytes) => {
      for (const line of linesOf(bytes, true)) {
        assertEquals(/[\p{Cc}\u202a-\u202e]/u.exec(line.replaceAll("\t", "")), null);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("opcodeName knows the six of RFC 6455 §5.2", () => {
  assertEquals([0, 1, 2, 8, 9, 10, 3, 15].map(opcodeName), [
    "CONTINUATION",
    "TEXT",
    "BINARY",
    "CLOSE",
    "PING",
    "PONG",
    "0x3",
    "0xf",
  ]);
});
