import { assertEquals, assertThrows } from "@std/assert";
import { HeadReader } from "../../lib/gateway/head_reader.ts";
import { HttpError } from "../../lib/http/mod.ts";

const LIMITS = { maxHeadBytes: 300, maxHeaderFields: 10 };
const encoder = new TextEncoder();
const HEAD = encoder.encode("\r\nGET /a?b HTTP/1.1\r\nHost: localhost\r\n\r\n");
const TWO = Uint8Array.of(...HEAD, ...HEAD);

Deno.test("HeadReader finds a head however it is cut, and says where what follows begins", () => {
  for (let cut = 1; cut < HEAD.length; cut++) {
    const reader = new HeadReader(LIMITS);
    assertEquals(reader.read(TWO.slice(0, cut), 0, cut), undefined);
    // Bytes of an empty line before the head may be kept, too.
    assertEquals(reader.heldBytes, cut);
    const read = reader.read(TWO, cut, TWO.length);
    assertEquals([read?.head.path, read?.end, reader.heldBytes], ["/a", HEAD.length, 0], `cut at ${cut}`);
    assertEquals(reader.read(TWO, HEAD.length, TWO.length)?.end, TWO.length);
  }
});

Deno.test("HeadReader takes a head one byte at a time", () => {
  const reader = new HeadReader(LIMITS);
  const read = Array.from(HEAD, (_byte, at) => reader.read(HEAD, at, at + 1));
  assertEquals(read.slice(0, -1).every((each) => each === undefined), true);
  assertEquals([read.at(-1)?.head.method, read.at(-1)?.end], ["GET", HEAD.length]);
});

Deno.test("HeadReader refuses more than maxHeadBytes with 431, in one chunk and in many, and keeps no more", () => {
  const flood = encoder.encode("GET / HTTP/1.1\r\nX: " + "x".repeat(1000));
  for (const step of [1, 7, 100, 299, 301, flood.length]) {
    const reader = new HeadReader(LIMITS);
    let at = 0;
    const error = assertThrows(() => {
      for (; at < flood.length; at += step) reader.read(flood, at, Math.min(at + step, flood.length));
    }, HttpError);
    assertEquals([error.status, at <= LIMITS.maxHeadBytes], [431, true]);
  }
});

Deno.test("HeadReader.clear forgets an unfinished head", () => {
  const reader = new HeadReader(LIMITS);
  reader.read(HEAD, 0, 10);
  reader.clear();
  assertEquals([reader.heldBytes, reader.read(HEAD, 0, HEAD.length)?.end], [0, HEAD.length]);
});
