/** The write buffer: messages in, bytes out, in order, in few writes. Sequences at random are in tests/property. @module */
import { assert, assertEquals, assertFalse, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { encodeFrame } from "../../lib/frame/header.ts";
import { OPCODE } from "../../lib/frame/opcode.ts";
import { SharedRun } from "../../lib/frame/shared_run.ts";
import { concat, receive, utf8 } from "./recorder.ts";
import { CountingSource } from "./segment_source.ts";
import { WriteBuffer } from "../../lib/frame/write_buffer.ts";
import { drain, open, write } from "./written.ts";

const { TEXT, BINARY, CLOSE, PING } = OPCODE;

Deno.test("WriteBuffer sends what was appended in one turn in one write", () => {
  const { output } = open();
  output.appendText("a");
  output.appendPart(BINARY, Uint8Array.of(1, 2, 3), 1, 2);
  output.appendShared(new SharedRun(Uint8Array.of(0x89, 0)));
  assertEquals(output.byteLength, 8);
  assertEquals(output.begin()?.toHex(), "81016182010" + "28900");
  output.wrote(8);
  assertEquals([output.begin(), output.byteLength, output.writtenBytes], [undefined, 0, 8]);
});

Deno.test("WriteBuffer.appendText writes what encodeFrame makes of the text, at every header size and character width", () => {
  for (const character of ["a", "é", "€", "😀", "\uD800"]) {
    for (const bytes of [0, 30, 60, 62, 63, 64, 90, 124, 125, 126, 127, 130, 500, 3000, 8192, 8193, 22_000, 65_536]) {
      const text = character.repeat(Math.ceil(bytes / character.length));
      const { source, output } = open();
      output.appendFrame(PING, Uint8Array.of(7));
      output.appendText(text);
      output.appendFrame(PING, Uint8Array.of(8));
      const expected = concat(
        Uint8Array.of(0x89, 1, 7),
        encodeFrame({ opcode: TEXT, payload: utf8(text) }),
        Uint8Array.of(0x89, 1, 8),
      );
      assertEquals(output.byteLength, expected.length);
      assert(
        drain(output).toHex() === expected.toHex(),
        `${text.length} times U+${character.charCodeAt(0).toString(16)}`,
      );
      assertEquals(source.outstanding, 0);
    }
  }
});

Deno.test("WriteBuffer carries frames of every size in order, whatever the operating system takes at a time", () => {
  for (const count of [1000, 4096, 100_000]) {
    const { source, output } = open();
    const sizes = [0, 125, 126, 32_766, 32_768, 32_769, 65_535, 65_536, 200_000, 3];
    const frames = sizes.map((size) => encodeFrame({ opcode: BINARY, payload: new Uint8Array(size).fill(size) }));
    for (const [at, frame] of frames.entries()) {
      if (at % 2 === 0) output.appendShared(new SharedRun(frame));
      else output.appendPart(BINARY, frame, frame.length - sizes[at]!, frame.length);
    }
    assert(drain(output, count).toHex() === concat(...frames).toHex());
    assertEquals([source.outstanding, output.byteLength], [0, 0]);
  }
});

Deno.test("WriteBuffer has one write in flight, and what is appended meanwhile coalesces into the next", () => {
  const { output } = open();
  output.appendText("a");
  assertFalse(output.isInFlight);
  const first = output.begin();
  assert(output.isInFlight);
  for (const text of ["b", "c"]) output.appendText(text);
  assertEquals([output.begin(), first?.toHex()], [undefined, "810161"]);
  output.wrote(3);
  assertEquals(write(output, 6), "810162810163");
});

Deno.test("WriteBuffer does not touch bytes in flight, whatever is appended", () => {
  const { output } = open();
  output.appendText("a".repeat(900));
  const inFlight = output.begin()!;
  const before = inFlight.toHex();
  for (let i = 0; i < 100; i++) output.appendText("b".repeat(900));
  output.dropQueued();
  assertEquals(inFlight.toHex(), before);
});

Deno.test("WriteBuffer goes on after a partial write where it ended, and waits for a write that took nothing", () => {
  const { output } = open();
  output.appendText("Hello");
  assertEquals([write(output, 3), write(output, 0), write(output, 4)], ["810548", "", "656c6c6f"]);
});

Deno.test("WriteBuffer queues a long shared frame as it is, without a copy", () => {
  const { source, output } = open();
  const frame = encodeFrame({ opcode: BINARY, payload: new Uint8Array(100_000) });
  output.appendText("a");
  output.appendShared(new SharedRun(frame));
  output.appendText("b");
  assertEquals(write(output, 3), "810161");
  const bytes = output.begin()!;
  assertStrictEquals(bytes, frame);
  output.wrote(bytes.length);
  assertEquals(write(output, 3), "810162");
  assertEquals(source.outstanding, 0);
});

Deno.test("WriteBuffer joins what many are sent once for all of them, without a buffer of its own", () => {
  const source = new CountingSource();
  const outputs = [new WriteBuffer(source), new WriteBuffer(source), new WriteBuffer(source)];
  const runs = ["810161", "810162", "810163"].map((frame) => new SharedRun(Uint8Array.fromHex(frame)));
  for (const run of runs) for (const output of outputs) output.appendShared(run);
  const written = outputs.map((output) => output.begin()!);
  assertEquals(written[0]?.toHex(), "810161810162810163");
  assertStrictEquals(written[1], written[0]);
  assertStrictEquals(written[2], written[0]);
  assertEquals(source.outstanding, 0);
});

Deno.test("WriteBuffer sends what is shared and what is not in one write, whichever comes first", () => {
  const { source, output } = open();
  const run = new SharedRun(Uint8Array.fromHex("810161"));
  output.appendShared(run);
  output.appendShared(run);
  output.appendText("b");
  output.appendShared(run);
  assertEquals(write(output, 100), "810161810161810162810161");
  assertEquals([run.bytes.toHex(), source.outstanding], ["810161", 0]);
});

Deno.test("WriteBuffer copies what is shared where too many are sent different things", () => {
  const { source, output } = open();
  const run = new SharedRun(Uint8Array.fromHex("810161"));
  const follower = () => new SharedRun(Uint8Array.fromHex("810162"));
  while (run.followedBy(follower()) !== undefined);
  output.appendShared(run);
  output.appendShared(follower());
  assertEquals(source.outstanding, 1);
  assertEquals(write(output, 100), "810161810162");
  assertEquals(source.outstanding, 0);
});

Deno.test("WriteBuffer begins a new segment where a shared run has become long", () => {
  const { source, output } = open();
  const frame = encodeFrame({ opcode: BINARY, payload: new Uint8Array(20_000) });
  output.appendShared(new SharedRun(frame));
  output.appendShared(new SharedRun(frame));
  output.appendText("a");
  assertEquals([output.begin()?.length, output.byteLength], [frame.length, 2 * frame.length + 3]);
  output.wrote(frame.length);
  assertEquals(output.begin()?.length, frame.length + 3);
  output.wrote(frame.length + 3);
  assertEquals([output.byteLength, source.outstanding], [0, 0]);
});

Deno.test("WriteBuffer holds not much more memory than bytes, whatever the sizes of what waits", () => {
  for (const length of [1, 100, 1000, 1025, 2000, 2048, 2049, 4000, 8000, 8192, 8193, 12_000]) {
    const { source, output } = open();
    output.appendText("first");
    output.begin();
    const before = source.outstanding;
    let held = 0;
    source.take = (minBytes) => {
      const buffer = CountingSource.prototype.take.call(source, minBytes);
      held += buffer.length;
      return buffer;
    };
    source.give = (buffer) => {
      held -= buffer.length;
      CountingSource.prototype.give.call(source, buffer);
    };
    while (output.byteLength < 1_000_000) output.appendText("x".repeat(length));
    assertEquals(before, 1);
    assertLessOrEqual(held, 2 * output.byteLength, `texts of ${length}`);
  }
});

Deno.test("WriteBuffer.dropQueued forgets frames of which nothing was offered", () => {
  const { source, output } = open();
  output.appendText("a");
  output.appendFrame(BINARY, new Uint8Array(50_000));
  output.appendShared(new SharedRun(encodeFrame({ opcode: BINARY, payload: new Uint8Array(50_000) })));
  output.appendText("b");
  output.dropQueued();
  assertEquals([output.byteLength, output.begin(), source.outstanding], [0, undefined, 0]);
  output.appendText("c");
  assertEquals(write(output, 3), "810163");
});

Deno.test("WriteBuffer.dropQueued finishes the frame that is half written, so that the next begins where one may", () => {
  const { source, output } = open();
  for (const text of ["aa", "bb", "cc"]) output.appendText(text);
  assertEquals(write(output, 6), "810261618102");
  output.dropQueued();
  assertEquals(output.byteLength, 2);
  output.appendFrame(CLOSE, Uint8Array.of(3, 0xe8));
  assertEquals(drain(output).toHex(), "6262" + "880203e8");
  assertEquals(source.outstanding, 0);
});

Deno.test("WriteBuffer.dropQueued finds the end of a half-written frame of every header size", () => {
  for (const size of [0, 125, 126, 1000, 30_000, 32_768, 65_535, 65_536, 100_000]) {
    const frame = encodeFrame({ opcode: BINARY, payload: new Uint8Array(size).fill(0xff) });
    for (const taken of [1, frame.length - 1]) {
      for (const append of ["appendShared", "appendFrame"] as const) {
        const { source, output } = open();
        output.appendText("before");
        if (append === "appendShared") output.appendShared(new SharedRun(frame));
        else output.appendPart(BINARY, frame, frame.length - size, frame.length);
        output.appendText("after");
        const before = output.writtenBytes;
        let toTake = 8 + taken;
        while (toTake > 0) {
          const bytes = output.begin()!;
          const count = Math.min(toTake, bytes.length);
          output.wrote(count);
          toTake -= count;
        }
        assertEquals(output.writtenBytes - before, 8 + taken);
        output.dropQueued();
        assertEquals(output.byteLength, frame.length - taken, `${append} ${size}, ${taken} taken`);
        assertEquals(drain(output).toHex(), frame.subarray(taken).toHex());
        assertEquals(source.outstanding, 0);
      }
    }
  }
});

Deno.test("WriteBuffer.dropQueued leaves what is in flight, and its rest after a partial write", () => {
  const { output } = open();
  for (const text of ["aa", "bb"]) output.appendText(text);
  output.begin();
  output.appendText("cc");
  output.dropQueued();
  output.appendText("dd");
  assertEquals(output.byteLength, 12);
  output.wrote(5);
  assertEquals(drain(output).toHex(), "026262" + "81026464");
});

Deno.test("WriteBuffer.dropQueued leaves the whole of a write in flight that begins with an HTTP response", () => {
  const { output } = open();
  output.appendBytes(utf8("HTTP"));
  output.appendText("aa");
  output.begin();
  output.appendText("bb");
  output.dropQueued();
  output.appendText("cc");
  output.wrote(8);
  assertEquals(drain(output).toHex(), "81026161".slice(8) + "81026363");
});

Deno.test("WriteBuffer.dropQueued drops nothing of an HTTP response, written or not", () => {
  const response = utf8("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  for (const taken of [0, 10, response.length, response.length + 1, response.length + 3]) {
    const { source, output } = open();
    output.appendBytes(response);
    for (const text of ["aa", "bb"]) output.appendText(text);
    let written = "";
    if (taken > 0) written = write(output, taken);
    output.dropQueued();
    output.appendFrame(CLOSE, new Uint8Array());
    written += drain(output).toHex();
    const frames = taken > response.length ? "81026161" : "";
    assertEquals(written, response.toHex() + frames + "8800", `${taken} bytes taken`);
    assertEquals(source.outstanding, 0);
  }
});

Deno.test("WriteBuffer.dropQueued keeps a long HTTP response over several segments, and drops the frames behind it", () => {
  for (const taken of [0, 1, 60_000]) {
    const { source, output } = open();
    const parts = [new Uint8Array(50_000).fill(1), new Uint8Array(50_000).fill(2), new Uint8Array(10).fill(3)];
    for (const part of parts) output.appendBytes(part);
    output.appendText("a");
    output.appendFrame(BINARY, new Uint8Array(50_000));
    let written = "";
    for (let left = taken; left > 0;) {
      const count = Math.min(left, 50_000);
      written += write(output, count);
      left -= count;
    }
    output.dropQueued();
    output.appendText("b");
    assertEquals(output.byteLength, 100_013 - taken);
    written += drain(output).toHex();
    assert(written === concat(...parts).toHex() + "810162");
    assertEquals(source.outstanding, 0);
  }
});

Deno.test("WriteBuffer.dropQueued keeps an HTTP response behind a write in flight", () => {
  const { output } = open();
  const [first, second] = [new Uint8Array(50_000).fill(1), new Uint8Array(50_000).fill(2)];
  output.appendBytes(first);
  output.appendBytes(second);
  output.begin();
  output.appendText("a");
  output.dropQueued();
  assertEquals(output.byteLength, 100_000);
  output.wrote(50_000);
  assertEquals(drain(output).toHex(), second.toHex());
});

Deno.test("WriteBuffer.appendBytes of nothing starts no write", () => {
  const { output } = open();
  output.appendBytes(new Uint8Array());
  assertEquals(output.begin(), undefined);
});

Deno.test("WriteBuffer.dispose gives every segment back, the one in flight when its write has ended", () => {
  const { source, output } = open();
  output.appendText("a");
  output.appendFrame(BINARY, new Uint8Array(50_000));
  output.appendText("b");
  output.dispose();
  assertEquals([source.outstanding, output.byteLength], [0, 0]);
  output.appendText("a");
  output.begin();
  output.appendText("b");
  output.dispose();
  assertEquals([source.outstanding, output.byteLength], [1, 3]);
  output.wrote(0);
  output.dispose();
  assertEquals([source.outstanding, output.byteLength], [0, 0]);
});

Deno.test("WriteBuffer's frames are what a receiver on the other side reads", () => {
  const { output } = open();
  output.appendText("é".repeat(100));
  output.appendFrame(BINARY, Uint8Array.of(1));
  const { events } = receive(drain(output), { expectMasked: false });
  assertEquals(events, [`text ${"c3a9".repeat(100)}`, "binary 01"]);
});
