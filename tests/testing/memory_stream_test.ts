import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryStream } from "../../lib/testing/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function read(stream: MemoryStream, maxBytes = 100): Promise<string | null> {
  const buffer = new Uint8Array(maxBytes);
  const count = await stream.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

Deno.test("MemoryStream carries bytes both ways, each read what is there", async () => {
  const [a, b] = MemoryStream.pair();
  assertEquals(await a.write(bytes("hello")), 5);
  await a.write(bytes("you"));
  assertEquals([await read(b, 6), await read(b)], ["helloy", "ou"]);
  const reading = read(a);
  await b.write(bytes("back"));
  assertEquals(await reading, "back");
});

Deno.test("MemoryStream makes a writer wait for its reader above its capacity, and then writes in part", async () => {
  const [a, b] = MemoryStream.pair({ capacityBytes: 4 });
  assertEquals(await a.write(bytes("abcdef")), 4);
  const writing = a.write(bytes("ef"));
  assert(a.isWriting);
  assertEquals(await read(b), "abcd");
  assertEquals(await writing, 2);
});

Deno.test("MemoryStream keeps its halves apart: after closeWrite the other may still write", async () => {
  const [a, b] = MemoryStream.pair();
  await a.write(bytes("last"));
  await a.closeWrite();
  assertEquals([await read(b), await read(b)], ["last", null]);
  await b.write(bytes("answer"));
  assertEquals(await read(a), "answer");
  await assertRejects(() => a.write(bytes("more")), Deno.errors.BrokenPipe);
});

Deno.test("MemoryStream that is closed with nothing unread lets its last bytes arrive", async () => {
  const [a, b] = MemoryStream.pair();
  await a.write(bytes("last"));
  a.close();
  assertEquals([await read(b), await read(b)], ["last", null]);
});

Deno.test("MemoryStream that is closed with bytes unread resets, and the other loses its last bytes", async () => {
  const [a, b] = MemoryStream.pair();
  await b.write(bytes("unread"));
  await a.write(bytes("last"));
  a.close();
  await assertRejects(() => read(b), Deno.errors.ConnectionReset);
});

Deno.test("MemoryStream that writes to a closed end is reset", async () => {
  const [a, b] = MemoryStream.pair();
  await a.write(bytes("last"));
  a.close();
  await assertRejects(() => b.write(bytes("x")), Deno.errors.ConnectionReset);
  await assertRejects(() => read(b), Deno.errors.ConnectionReset);
});

Deno.test("MemoryStream.reset rejects what is pending at the other end", async () => {
  const [a, b] = MemoryStream.pair({ capacityBytes: 1 });
  const reading = read(b);
  await b.write(bytes("x"));
  const writing = b.write(bytes("y"));
  a.reset();
  await assertRejects(() => reading, Deno.errors.ConnectionReset);
  await assertRejects(() => writing, Deno.errors.ConnectionReset);
  await assertRejects(() => read(a), Deno.errors.BadResource);
});

Deno.test("MemoryStream writes and reads in part, and stalls, when it is told to", async () => {
  const [a, b] = MemoryStream.pair();
  a.limitWrites(2);
  assertEquals(await a.write(bytes("abc")), 2);
  a.limitWrites();
  b.limitReads(1);
  assertEquals([await read(b), await read(b)], ["a", "b"]);
  a.stallWrites();
  const writing = a.write(bytes("c"));
  assert(a.isWriting);
  a.stallWrites(false);
  assertEquals([await writing, await read(b)], [1, "c"]);
});
