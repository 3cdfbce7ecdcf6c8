/** UTF-8 is checked as The Unicode Standard has it, wherever in a text, however it is cut. @module */
import { assert, assertEquals } from "@std/assert";
import { advanceUtf8, OPCODE, UTF8_ACCEPT, UTF8_REJECT } from "../../lib/frame/mod.ts";
import { concat, masked, receive, receiveByByte, utf8 } from "../frame/recorder.ts";
import { type ByteRanges, MALFORMED, TABLE_3_7, WELL_FORMED } from "./utf8.ts";

/** Before and behind: nothing, and enough for the runtime's own check to take over. */
const AROUND = ["", "x".repeat(3), "x".repeat(31), "€".repeat(40)].map(utf8);

const whole = (bytes: Uint8Array) => advanceUtf8(UTF8_ACCEPT, bytes, 0, bytes.length);

/** The state after each byte. */
function byByte(bytes: Uint8Array): number[] {
  let state = UTF8_ACCEPT;
  return Array.from(bytes, (_, at) => state = advanceUtf8(state, bytes, at, at + 1));
}

Deno.test("advanceUtf8 accepts well-formed text, alone, inside other text, and byte by byte", () => {
  for (const [what, hex] of Object.entries(WELL_FORMED)) {
    for (const before of AROUND) {
      for (const behind of AROUND) {
        const bytes = concat(before, Uint8Array.fromHex(hex), behind);
        assertEquals(whole(bytes), UTF8_ACCEPT, what);
        assertEquals(byByte(bytes).at(-1) ?? UTF8_ACCEPT, UTF8_ACCEPT, what);
      }
    }
  }
});

Deno.test("advanceUtf8 refuses malformed text, alone and inside other text, at the first byte that is wrong", () => {
  for (const [what, [hex, rightBytes]] of Object.entries(MALFORMED)) {
    const bad = Uint8Array.fromHex(hex);
    for (const before of AROUND) {
      for (const behind of AROUND) {
        const bytes = concat(before, bad, behind);
        const isCut = rightBytes === bad.length;
        // A character that is only cut is wrong as soon as something else follows.
        assert(isCut && behind.length === 0 ? whole(bytes) > 0 : whole(bytes) === UTF8_REJECT, what);
        const firstWrong = byByte(bytes).indexOf(UTF8_REJECT);
        const expected = isCut && behind.length === 0 ? -1 : before.length + rightBytes;
        assertEquals(firstWrong, expected, what);
      }
    }
  }
});

Deno.test("advanceUtf8 keeps every boundary of Table 3-7: inside is accepted, one outside is refused", () => {
  const tables = TABLE_3_7.map((ranges) => ranges.map(([low, high]) => [low, high]));
  const isListed = (bytes: readonly number[]) =>
    tables.some((row) =>
      row.length === bytes.length && row.every(([low, high], at) => isWithin(bytes[at]!, low!, high!))
    );
  for (const row of TABLE_3_7) {
    for (const bytes of aroundBoundaries(row)) {
      const isGood = isListed(bytes) || isAllComplete(bytes, isListed);
      assertEquals(whole(Uint8Array.from(bytes)) === UTF8_ACCEPT, isGood, Uint8Array.from(bytes).toHex());
    }
  }
});

Deno.test("Receiver refuses malformed text with 1007, whole, in fragments and byte by byte (RFC 6455 §8.1)", () => {
  const { TEXT, CONTINUATION } = OPCODE;
  for (const [what, [hex]] of Object.entries(MALFORMED)) {
    const bad = concat(AROUND[3]!, Uint8Array.fromHex(hex));
    const streams = [
      masked(TEXT, bad),
      concat(masked(TEXT, bad.subarray(0, -1), { fin: false }), masked(CONTINUATION, bad.subarray(-1))),
      concat(masked(TEXT, "", { fin: false }), masked(CONTINUATION, bad, { fin: false }), masked(CONTINUATION)),
    ];
    for (const stream of streams) {
      assertEquals(receive(stream), { events: [], violation: "TEXT_NOT_UTF8" }, what);
      assertEquals(receiveByByte(stream), { events: [], violation: "TEXT_NOT_UTF8" }, what);
    }
  }
});

Deno.test("Receiver takes well-formed text in a Close reason and refuses malformed with 1007 (RFC 6455 §5.5.1)", () => {
  const close = (hex: string) => receiveByByte(masked(OPCODE.CLOSE, Uint8Array.fromHex("03e8" + hex)));
  for (const [what, hex] of Object.entries(WELL_FORMED)) assertEquals(close(hex).violation, undefined, what);
  for (const [what, [hex]] of Object.entries(MALFORMED)) {
    assertEquals(close(hex), { events: [], violation: "CLOSE_REASON_NOT_UTF8" }, what);
  }
});

function isWithin(byte: number, low: number, high: number): boolean {
  return low <= byte && byte <= high;
}

/** Every sequence of a row's boundaries and their neighbours. */
function aroundBoundaries(row: ByteRanges): readonly number[][] {
  return row.reduce<number[][]>(
    (heads, [low, high]) =>
      heads.flatMap((head) =>
        [low - 1, low, high, high + 1].filter((byte) => isWithin(byte, 0, 0xff)).map((byte) => [...head, byte])
      ),
    [[]],
  );
}

/** Whether the bytes are several characters, each of them listed. */
function isAllComplete(bytes: readonly number[], isListed: (bytes: readonly number[]) => boolean): boolean {
  if (bytes.length === 0) return true;
  return [1, 2, 3, 4].some((count) =>
    count <= bytes.length && isListed(bytes.slice(0, count)) && isAllComplete(bytes.slice(count), isListed)
  );
}
