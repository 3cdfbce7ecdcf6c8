/** What whoever watches learns of a write buffer: where frames begin, and what has left. @module */
import { assertEquals } from "@std/assert";
import { OPCODE } from "../../../lib/frame/opcode.ts";
import { SharedRun } from "../../../lib/frame/shared_run.ts";
import { utf8 } from "../recorder.ts";
import { open } from "../written.ts";

Deno.test("WriteBuffer.bytesToFrame counts the rest of a frame that has left in part", () => {
  const { output } = open();
  output.appendText("salmon");
  output.appendText("trout");
  assertEquals(output.bytesToFrame, 0);
  output.begin();
  assertEquals(output.bytesToFrame, 0);
  output.wrote(3);
  assertEquals(output.bytesToFrame, 5);
  output.begin();
  output.wrote(5);
  assertEquals(output.bytesToFrame, 0);
  output.begin();
  output.wrote(1);
  assertEquals(output.bytesToFrame, 6);
});

Deno.test("WriteBuffer.bytesToFrame counts a response that is before the first frame", () => {
  const { output } = open();
  output.appendBytes(utf8("HTTP/1.1 101\r\n\r\n"));
  output.appendText("hi");
  assertEquals(output.bytesToFrame, 16);
  output.begin();
  output.wrote(10);
  assertEquals(output.bytesToFrame, 6);
});

Deno.test("WriteBuffer.show gives what has left, and only once, whatever is taken at a time", () => {
  for (const count of [1, 3, 7, 100]) {
    const { output } = open();
    const seen: number[] = [];
    output.appendText("a");
    output.appendShared(new SharedRun(Uint8Array.of(0x89, 0)));
    output.appendFrame(OPCODE.BINARY, new Uint8Array(40_000).fill(3));
    output.appendText("z");
    const written: number[] = [];
    for (let bytes = output.begin(); bytes !== undefined; bytes = output.begin()) {
      const taken = Math.min(count, bytes.length);
      written.push(...bytes.subarray(0, taken));
      output.show(taken, (shown) => void seen.push(...shown));
      output.wrote(taken);
    }
    assertEquals(new Uint8Array(seen).toHex(), new Uint8Array(written).toHex());
    assertEquals(seen.length, 3 + 2 + 40_004 + 3);
  }
});

Deno.test("WriteBuffer.show goes through all the segments that left with one write", () => {
  const { output } = open();
  output.appendText("first");
  output.appendFrame(OPCODE.BINARY, new Uint8Array(40_000).fill(1));
  output.appendText("last");
  const first = output.begin()!;
  const all = [first, ...output.beginMore(1_000_000)].reduce((sum, { length }) => sum + length, 0);
  const pieces: Uint8Array[] = [];
  output.show(all, (bytes) => void pieces.push(bytes.slice()));
  output.wrote(all);
  assertEquals(pieces.map(({ length }) => length), [7, 40_010]);
  assertEquals([pieces[0]!.subarray(0, 2).toHex(), pieces[1]!.subarray(-6).toHex()], ["8105", "81046c617374"]);
});
