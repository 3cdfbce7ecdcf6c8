/** ASCII messages decoded many at a time: the same strings as one by one, whatever happens to their chunk. @module */
import { assertEquals } from "@std/assert";
import { FORM, PLAIN_FRAMES, Receiver, sharedArena } from "../../lib/frame/mod.ts";
import { decodeAscii } from "../../lib/runtime/ascii_decode.ts";
import { concat, masked, WIDE } from "../frame/recorder.ts";

/** Calls back for each message of a chunk in the arena, while it is walked. */
function walk(texts: readonly string[], onText: (bytes: Uint8Array<ArrayBuffer>, start: number, end: number) => void) {
  const chunk = concat(...texts.map((text) => masked(1, text)));
  const bytes = sharedArena()!.take(chunk.length)!;
  bytes.set(chunk);
  const receiver = new Receiver(WIDE, {
    onMessage: (form, bytes, start, end) => (form & FORM.ASCII) !== 0 ? onText(bytes, start, end) : undefined,
    onPing() {},
    onPong() {},
    onClose() {},
  });
  receiver.receive(bytes, 0, bytes.length);
  sharedArena()!.give(bytes);
}

Deno.test("decodeAscii gives each message of a chunk, also beyond what is decoded at a time", () => {
  const texts = Array.from({ length: 200 }, (_, index) => `message ${index} `.repeat(1 + index % 9));
  texts[50] = "";
  texts[60] = "x".repeat(5000);
  const seen: string[] = [];
  walk(texts, (bytes, start, end) => seen.push(decodeAscii(bytes, start, end)));
  assertEquals(seen, texts);
});

Deno.test("decodeAscii keeps apart what lies between messages that are not ASCII", () => {
  const seen: string[] = [];
  walk(["plain", "é€😀", "also plain", "ü", "last"], (bytes, start, end) => seen.push(decodeAscii(bytes, start, end)));
  assertEquals(seen, ["plain", "also plain", "last"]);
});

Deno.test("decodeAscii asked out of order and twice gives the same", () => {
  const places: [number, number][] = [];
  let seen: string[] = [];
  walk(["one", "two", "three", "four"], (bytes, start, end) => {
    places.push([start, end]);
    if (places.length < 4) return;
    seen = [3, 0, 2, 1, 1].map((index) => decodeAscii(bytes, ...places[index]!));
  });
  assertEquals(seen, ["four", "one", "three", "two", "two"]);
});

Deno.test("decodeAscii knows the next chunk in the same buffer from the one before", () => {
  const seen: string[] = [];
  for (const texts of [["aaaa", "bbbb", "cccc"], ["dddd", "eeee", "ffff"]]) {
    walk(texts, (bytes, start, end) => seen.push(decodeAscii(bytes, start, end)));
  }
  assertEquals(seen, ["aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff"]);
});

Deno.test("decodeAscii after the walk, and of bytes that were never walked, decodes the message alone", () => {
  const bytes = new TextEncoder().encode("<hello>");
  assertEquals([decodeAscii(bytes, 1, 6), PLAIN_FRAMES.endIn(bytes)], ["hello", 0]);
});
