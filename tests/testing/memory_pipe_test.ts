import { assertEquals, assertRejects } from "@std/assert";
import { MemoryPipe } from "../../lib/testing/memory_pipe.ts";

function open(capacityBytes = 10): { readonly pipe: MemoryPipe; readonly moved: () => number } {
  let moved = 0;
  const onActivity = () => void moved++;
  const pipe = new MemoryPipe({ capacityBytes, maxReadBytes: Infinity, maxWriteBytes: Infinity, onActivity });
  return { pipe, moved: () => moved };
}

Deno.test("MemoryPipe allows one read and one write at a time, as a socket does", async () => {
  const { pipe } = open(0);
  const pending = [pipe.read(new Uint8Array(1)), pipe.write(Uint8Array.of(1))];
  await assertRejects(() => pipe.read(new Uint8Array(1)), Deno.errors.Busy);
  await assertRejects(() => pipe.write(Uint8Array.of(1)), Deno.errors.Busy);
  const failure = { forReader: new Error("for the reader"), forWriter: new Error("for the writer") };
  pipe.fail(failure);
  await assertRejects(() => pending[0]!, Error, "for the reader");
  await assertRejects(() => pending[1]!, Error, "for the writer");
});

Deno.test("MemoryPipe copies what is written: the writer may change it", async () => {
  const { pipe } = open();
  const bytes = Uint8Array.of(1, 2);
  await pipe.write(bytes);
  bytes.fill(9);
  const buffer = new Uint8Array(4);
  assertEquals([await pipe.read(buffer), [...buffer]], [2, [1, 2, 0, 0]]);
});

Deno.test("MemoryPipe tells of every move", async () => {
  const { pipe, moved } = open();
  assertEquals(moved(), 0);
  await pipe.write(Uint8Array.of(1));
  assertEquals(moved(), 1);
  await pipe.read(new Uint8Array(1));
  assertEquals(moved(), 2);
});
