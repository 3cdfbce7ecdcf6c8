/** The walk over a chunk's plain frames: what it tells, that it can be taken back, and that there is one at a time. @module */
import { assertEquals, assertFalse } from "@std/assert";
import { sharedArena } from "../../lib/frame/arena.ts";
import { encodeFrame } from "../../lib/frame/header.ts";
import { FORM } from "../../lib/frame/message_form.ts";
import { PlainFrames } from "../../lib/frame/plain_frames.ts";
import { concat, masked } from "./recorder.ts";

const ARENA = sharedArena()!;

function inArena(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = ARENA.take(chunk.length)!;
  bytes.set(chunk);
  return bytes;
}

Deno.test("PlainFrames tells where each payload lies and what it is", () => {
  const bytes = inArena(concat(masked(1, "one"), masked(2, "ü"), masked(9, "ping")));
  const frames = new PlainFrames();
  frames.open(bytes);
  assertEquals(frames.walk(0, bytes.length, 100, 0), 2);
  const told = () => [frames.start, frames.end, frames.form & ~FORM.BORROWED];
  assertEquals([frames.next(), ...told()], [true, 6, 9, FORM.TEXT | FORM.ASCII]);
  assertEquals([frames.next(), ...told()], [true, 15, 17, 0]);
  assertEquals([frames.next(), frames.step(), frames.taken], [false, false, 2]);
  assertEquals(new TextDecoder().decode(bytes.subarray(15, 17)), "ü");
  frames.close();
  ARENA.give(bytes);
});

Deno.test("PlainFrames.putBack leaves the rest of the chunk as it came", () => {
  const chunk = concat(masked(1, "one"), masked(1, "two"), masked(2, "x".repeat(300)));
  const bytes = inArena(chunk);
  const frames = new PlainFrames();
  frames.open(bytes);
  assertEquals(frames.walk(0, bytes.length, 1000, 0), 3);
  frames.step();
  frames.putBack();
  assertEquals(bytes.subarray(9).toHex(), chunk.subarray(9).toHex());
  assertEquals(frames.walk(9, bytes.length, 1000, 0), 2);
  frames.close();
  ARENA.give(bytes);
});

Deno.test("PlainFrames.open refuses bytes outside the arena, and a second walk within the first", () => {
  const bytes = inArena(masked(1, "one"));
  const frames = new PlainFrames();
  assertFalse(frames.open(new Uint8Array(16)));
  assertEquals([frames.open(bytes), frames.open(bytes)], [true, false]);
  frames.close();
  assertEquals(frames.open(bytes), true);
  frames.close();
  ARENA.give(bytes);
});

Deno.test("PlainFrames.next gives nothing after stop, and no text that is not UTF-8; step does", () => {
  const wrong = masked(1, Uint8Array.of(0x61, 0xff));
  const bytes = inArena(concat(masked(1, "one"), masked(1, "zwölf"), wrong, masked(1, "last")));
  const frames = new PlainFrames();
  frames.open(bytes);
  assertEquals(frames.walk(0, bytes.length, 100, 0), 4);
  assertEquals([frames.next(), frames.next(), frames.taken], [true, true, 2]);
  const { end } = frames;
  assertEquals([frames.next(), frames.taken, frames.end], [false, 2, end]);
  assertEquals([frames.step(), frames.taken, frames.end], [true, 3, end + wrong.length]);
  assertEquals([frames.next(), frames.step(), frames.taken], [false, true, 4]);
  assertEquals(frames.walk(0, 0, 100, 0), 0);
  assertEquals([frames.taken, frames.end, frames.next()], [0, 0, false]);
  frames.close();
  ARENA.give(bytes);
});

Deno.test("PlainFrames.stop leaves the rest to step", () => {
  const bytes = inArena(concat(masked(1, "one"), masked(1, "two")));
  const frames = new PlainFrames();
  frames.open(bytes);
  assertEquals(frames.walk(0, bytes.length, 100, 0), 2);
  frames.next();
  frames.stop();
  assertEquals([frames.next(), frames.taken, frames.step(), frames.taken], [false, 1, true, 2]);
  frames.close();
  ARENA.give(bytes);
});

Deno.test("PlainFrames unmasks every length at every alignment, and tells ASCII from the rest", () => {
  const space = ARENA.take(1024)!;
  const frames = new PlainFrames();
  for (let length = 0; length <= 300; length++) {
    const shift = length % 17;
    const ascii = Uint8Array.from({ length }, (_none, at) => (at * 31 + length) & 0x7f);
    // The one byte that is not ASCII stands at each place in turn.
    const other = ascii.slice();
    if (length > 0) other[(length * 7) % length] = 0x80 | length;
    for (const payload of [ascii, other]) {
      const frame = encodeFrame({ opcode: 2, payload, maskKey: Uint8Array.of(0x91, length, 0x42, 0xfe) });
      space.set(frame, shift);
      frames.open(space);
      assertEquals(frames.walk(shift, shift + frame.length, 1000, 0), 1, `${length} bytes`);
      frames.step();
      assertEquals(space.subarray(frames.start, frames.end).toHex(), payload.toHex());
      assertEquals((frames.form & FORM.ASCII) !== 0, payload === ascii || length === 0, `${length} bytes`);
      frames.close();
    }
  }
  ARENA.give(space);
});
