/** Reads that go to where the events want them. @module */
import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { bufferSize } from "../../../lib/gateway/buffer_pool.ts";
import { busy, turns } from "./scripted_stream.ts";

Deno.test("TcpTransport reads to where its events want it, and tells how many bytes came there", async () => {
  const place = new Uint8Array(200_000);
  const { transport, stream, seen, lending } = await busy(place);
  assertStrictEquals(stream.reads[0]!.buffer, place);
  await stream.bring(70_000, 7);
  assertEquals([seen, place[0], place[69_999], place[70_000]], [["input 70000"], 7, 7, 0]);
  assertStrictEquals(stream.reads[0]!.buffer, place);
  lending.place = undefined;
  await stream.bring(65_536);
  await stream.bring(10);
  assertEquals(seen, ["input 70000", "input 65536", "bytes 10"]);
  transport.destroy();
});

Deno.test("TcpTransport asks only while reads are as large as its largest buffer, and has none of its own meanwhile", async () => {
  const place = new Uint8Array(200_000);
  const { transport, stream, pool, seen } = await busy(place);
  const free = pool.freeBytes;
  assert(free >= 65_600, "the read buffer is free for others");
  await stream.bring(100);
  assert(stream.reads[0]!.buffer !== place, "a quiet peer's bytes are read into a chunk");
  await stream.bring(5);
  assertEquals(seen, ["input 100", "bytes 5"]);
  transport.destroy();
});

for (const how of ["the end of the stream", "a reset"] as const) {
  Deno.test(`TcpTransport tells of ${how} while a read to where its events want it is pending`, async () => {
    const { transport, stream, seen } = await busy(new Uint8Array(100_000));
    const { settle } = stream.reads[0]!;
    if (how === "a reset") settle.reject(new Deno.errors.ConnectionReset());
    else settle.resolve(null);
    await turns();
    assertEquals(seen, [how === "a reset" ? "closed" : "end"]);
    transport.destroy();
    assertEquals(seen.at(-1), "closed");
  });
}

for (const how of ["before", "after"] as const) {
  Deno.test(`TcpTransport destroyed ${how} such a read has brought bytes tells of none, and gives nobody its place`, async () => {
    const place = new Uint8Array(65_600);
    const { transport, stream, seen, pool } = await busy(place);
    const { settle } = stream.reads[0]!;
    if (how === "after") settle.resolve(1000);
    transport.destroy();
    if (how === "before") settle.reject(new Deno.errors.Interrupted());
    await turns();
    assertEquals(seen, ["closed"]);
    // Its size would fit: if the transport had taken it for its own, the pool would have it now.
    const free = Array.from({ length: 10 }, () => pool.take(65_536));
    assertFalse(free.includes(place));
  });
}
Deno.test("TcpTransport that ends discards what such a read still brings", async () => {
  const { transport, stream, seen } = await busy(new Uint8Array(100_000));
  transport.end();
  await turns();
  await stream.bring(1000);
  assertEquals(seen, []);
  // From now on it is read into a buffer of the transport's own, whatever its events want.
  assertEquals(stream.reads[0]!.buffer.length, bufferSize(65_536));
  stream.reads[0]!.settle.resolve(null);
  await turns();
  assertEquals(seen, ["closed"]);
});
for (const how of ["the end of the stream", "a reset", "destroy before", "destroy after"] as const) {
  Deno.test(`TcpTransport tells once that a lent place is free again: ${how}`, async () => {
    const { transport, stream } = await busy(new Uint8Array(100_000));
    let times = 0;
    transport.events.takeBackInput = () => times++;
    const { settle } = stream.reads[0]!;
    if (how === "the end of the stream") settle.resolve(null);
    else if (how === "a reset") settle.reject(new Deno.errors.ConnectionReset());
    else {
      if (how === "destroy after") settle.resolve(1000);
      transport.destroy();
      assertEquals(times, 0, "a read may still write to it");
      if (how === "destroy before") settle.reject(new Deno.errors.Interrupted());
    }
    await turns();
    transport.destroy();
    await turns();
    assertEquals(times, 1);
  });
}
