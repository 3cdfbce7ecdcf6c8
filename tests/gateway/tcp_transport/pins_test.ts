/** Chunks that are kept while others are read. @module */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { BufferPool } from "../../../lib/gateway/buffer_pool.ts";
import { TcpTransport } from "../../../lib/gateway/tcp_transport.ts";
import { Turn } from "../../../lib/gateway/turn.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { busy, ScriptedStream, turns } from "./scripted_stream.ts";

/** A transport whose chunk is pinned, and which has read on into another buffer since. */
async function pinned(times: number) {
  const pool = new BufferPool();
  const stream = new ScriptedStream();
  const transport = new TcpTransport(stream, "192.0.2.1", new Turn(new FakeClock()), pool);
  let chunk: Uint8Array<ArrayBuffer> | undefined;
  transport.start();
  await stream.bring(10);
  // The first read has a larger buffer than those after it: somebody else has it now.
  pool.take(1024);
  assertEquals(pool.freeBytes, 0);
  transport.events = {
    onBytes(bytes, _start, end) {
      if (chunk === undefined) { for (let time = 0; time < times; time++) transport.pin(bytes); }
      chunk ??= bytes;
      return end;
    },
    onEnd() {},
    onWriting() {},
    onWritten() {},
    onClosed() {},
  };
  await stream.bring(10, 7);
  return { pool, stream, transport, chunk: chunk! };
}

Deno.test("TcpTransport gives a pinned chunk to others when all who pinned it have let go, and once", async () => {
  const { pool, stream, transport, chunk } = await pinned(2);
  await stream.bring(10, 8);
  transport.pins.give(chunk);
  assertEquals([pool.freeBytes, chunk[0]], [0, 7]);
  transport.pins.give(chunk);
  assertEquals(pool.freeBytes, chunk.length);
  transport.pins.give(chunk);
  assertEquals(pool.freeBytes, chunk.length);
  transport.destroy();
});

Deno.test("TcpTransport lets a chunk be pinned once more after it has read on: by a handler that waited", async () => {
  const { pool, stream, transport, chunk } = await pinned(1);
  await stream.bring(10, 8);
  transport.pin(chunk);
  transport.pins.give(chunk);
  assertEquals([pool.freeBytes, chunk[0]], [0, 7], "it is still being written");
  transport.pins.give(chunk);
  assertEquals(pool.freeBytes, chunk.length);
  transport.destroy();
});

Deno.test("TcpTransport reads on into a chunk that was let go of in time", async () => {
  const { stream, transport, chunk } = await pinned(0);
  transport.pin(chunk);
  transport.pins.give(chunk);
  assertStrictEquals(stream.reads[0]!.buffer, chunk);
  transport.destroy();
});

Deno.test("TcpTransport leaves bytes alone that are not its own", async () => {
  const { pool, stream, transport, chunk } = await pinned(0);
  const early = new Uint8Array(chunk.length);
  transport.pin(early);
  transport.pins.give(early);
  transport.pins.give(early);
  assertEquals(pool.freeBytes, 0);
  await stream.bring(10);
  assertStrictEquals(stream.reads[0]!.buffer, chunk);
  transport.destroy();
});

Deno.test("TcpTransport keeps pinned chunks and bytes in flight after it was destroyed, until nobody uses them", async () => {
  const { pool, stream, transport, chunk } = await pinned(1);
  transport.output.appendInPlace(2, chunk, 2, 10, transport.pins);
  transport.touch();
  await turns();
  assertEquals(stream.writes.length, 1);
  transport.destroy();
  stream.reads[0]!.settle.reject(new Deno.errors.Interrupted());
  await turns();
  // The other buffer is free; the chunk is not, for the write of it has not ended.
  assertEquals(pool.freeBytes, chunk.length);
  stream.writes[0]!.settle.reject(new Deno.errors.Interrupted());
  await turns();
  assertEquals(pool.freeBytes, 2 * chunk.length);
});

Deno.test("TcpTransport ends alone when a handler has transferred bytes away that were to be sent", async () => {
  const errors: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  addEventListener("error", onError);
  const { stream, transport } = await busy(undefined);
  const bytes = new Uint8Array(5000);
  transport.output.appendInPlace(2, bytes, 10, 5000, { give() {} });
  structuredClone(bytes, { transfer: [bytes.buffer] });
  transport.touch();
  await turns();
  removeEventListener("error", onError);
  assertEquals([stream.isClosed, errors.length], [true, 1]);
});
