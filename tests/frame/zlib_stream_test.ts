/** zlib streams do synchronously what is expected of them. @module */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { CORRUPT, FLUSH, hasZlibStreams, ZlibStream } from "../../lib/frame/zlib_stream.ts";
import { utf8 } from "./recorder.ts";

const HELLO = Uint8Array.fromHex("f248cdc9c907000000ffff");

function inflating(): { stream: ZlibStream; output: Uint8Array; feed: (hex: string, outputEnd?: number) => number } {
  const stream = ZlibStream.inflate(15);
  const output = new Uint8Array(64);
  const feed = (hex: string, outputEnd = output.length) => {
    const input = Uint8Array.fromHex(hex);
    return stream.write(FLUSH.ALL, input, 0, input.length, output, 0, outputEnd);
  };
  return { stream, output, feed };
}

Deno.test("hasZlibStreams: this runtime has them, or the whole-buffer calls would serve everybody", () => {
  assert(hasZlibStreams());
});

Deno.test("ZlibStream.write takes a part of the input and writes into a part of the output", () => {
  const { stream, output } = inflating();
  const padded = new Uint8Array(HELLO.length + 5).fill(0xff);
  padded.set(HELLO, 3);
  assertEquals(stream.write(FLUSH.ALL, padded, 3, 3 + HELLO.length, output, 10, 20), 15);
  assertEquals(new TextDecoder().decode(output.subarray(10, 15)), "Hello");
  assertEquals([stream.leftOverBytes, output[9], output[15]], [0, 0, 0]);
  stream.close();
});

Deno.test("ZlibStream.write stops where the output is full, and goes on", () => {
  const { stream, output, feed } = inflating();
  assertEquals(feed(HELLO.toHex(), 3), 3);
  const rest = HELLO.subarray(HELLO.length - stream.leftOverBytes);
  assertEquals(stream.write(FLUSH.ALL, rest, 0, rest.length, output, 3, 64), 5);
  assertEquals(new TextDecoder().decode(output.subarray(0, 5)), "Hello");
  stream.close();
});

Deno.test("ZlibStream.write with FLUSH.BLOCK leaves what stands behind a complete block alone", () => {
  const { stream, output, feed } = inflating();
  feed("f248cdc9c90700");
  const tail = Uint8Array.fromHex("0000ffffaa");
  stream.write(FLUSH.BLOCK, tail, 0, tail.length, output, 5, 64);
  assertEquals(stream.leftOverBytes, 1);
  stream.close();
});

Deno.test("ZlibStream.write leaves over what stands behind the end of a stream", () => {
  const { stream, feed } = inflating();
  assertEquals(feed("f348cdc9c90700" + "abcdef"), 5);
  assertEquals(stream.leftOverBytes, 3);
  stream.close();
});

Deno.test("ZlibStream.write says that input is corrupt, and works again after a reset", () => {
  const { stream, feed } = inflating();
  assertEquals(feed("ffff"), CORRUPT);
  stream.reset();
  assertEquals(feed(HELLO.toHex()), 5);
  stream.close();
});

Deno.test("ZlibStream keeps its window until it is reset", () => {
  const stream = ZlibStream.deflate({ windowBits: 15, level: 6, memLevel: 8 });
  const text = utf8("the same sentence, over and over");
  const output = new Uint8Array(100);
  const size = () => stream.write(FLUSH.ALL, text, 0, text.length, output, 0, 100);
  const first = size();
  assertLess(size(), first / 2);
  stream.reset();
  assertEquals(size(), first);
  stream.close();
});

Deno.test("ZlibStream.heldBytes follows window and memory level, and inflating takes less than compressing", () => {
  const deflate = (windowBits: number, memLevel: number) => ZlibStream.deflate({ windowBits, memLevel, level: 1 });
  const streams = [deflate(15, 9), deflate(15, 8), deflate(9, 8), ZlibStream.inflate(15), ZlibStream.inflate(9)];
  const sizes = streams.map(({ heldBytes }) => heldBytes);
  assertGreater(sizes[1]!, 256 * 1024);
  for (const [at, size] of sizes.slice(1).entries()) assertLess(size, sizes[at]!);
  for (const stream of streams) stream.close();
});

Deno.test("ZlibStream reads what the whole-buffer calls wrote", () => {
  const { stream, output, feed } = inflating();
  const packed = deflateRawSync(utf8("whole"));
  assertEquals(feed(packed.toString("hex")), 5);
  assertEquals(new TextDecoder().decode(output.subarray(0, 5)), "whole");
  stream.close();
});
