import { assert, assertEquals, assertFalse, assertGreater, assertStrictEquals, fail } from "@std/assert";
import { BufferPool, bufferSize } from "../../lib/gateway/buffer_pool.ts";
import { MAX_LINGER_BYTES } from "../../lib/gateway/stream_transport.ts";
import { type ByteStream, TcpTransport } from "../../lib/gateway/tcp_transport.ts";
import { Turn } from "../../lib/gateway/turn.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { type FarEnd, testTransport } from "../suites/transport_suite.ts";
import { FakeClock } from "../support/fake_clock.ts";

function farEnd(stream: ByteStream): FarEnd {
  let isClosed = false;
  return {
    async send(bytes) {
      for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
    },
    async receive() {
      const buffer = new Uint8Array(65_536);
      const count = await stream.read(buffer);
      return count === null ? null : buffer.subarray(0, count);
    },
    end: () => stream.closeWrite(),
    close() {
      if (!isClosed) stream.close();
      isClosed = true;
    },
  };
}

testTransport("TcpTransport over memory", ({ turn, pool }) => {
  const [far, near] = MemoryStream.pair();
  const transport = new TcpTransport(near, "192.0.2.1", turn, pool);
  return Promise.resolve({ transport, far: farEnd(far), start: () => transport.start() });
});

testTransport("TcpTransport over memory, a few bytes at a time,", ({ turn, pool }) => {
  const [far, near] = MemoryStream.pair({ capacityBytes: 5_000 });
  near.limitWrites(977);
  near.limitReads(991);
  const transport = new TcpTransport(near, "192.0.2.1", turn, pool);
  return Promise.resolve({ transport, far: farEnd(far), start: () => transport.start() });
});

testTransport("TcpTransport over TCP", async ({ turn, pool }) => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [far, near] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  const transport = new TcpTransport(near, "127.0.0.1", turn, pool);
  return { transport, far: farEnd(far), start: () => transport.start() };
});

Deno.test("TcpTransport is closed when the far end resets, and when a write meets nobody", async () => {
  for (const how of ["reset", "close"] as const) {
    const turn = new Turn(new FakeClock());
    const [far, near] = MemoryStream.pair();
    const transport = new TcpTransport(near, "192.0.2.1", turn, new BufferPool());
    const { promise, resolve } = Promise.withResolvers<void>();
    transport.events = { onBytes: (_b, _s, end) => end, onEnd() {}, onWriting() {}, onWritten() {}, onClosed: resolve };
    transport.start();
    if (how === "reset") far.reset();
    else {
      far.close();
      transport.output.appendBytes(Uint8Array.of(1));
      transport.touch();
    }
    await promise;
  }
});

Deno.test("TcpTransport that need not await the peer closes once all is written, and reads no more", async () => {
  const [far, near] = MemoryStream.pair();
  const turn = new Turn(new FakeClock());
  const transport = new TcpTransport(near, "192.0.2.1", turn, new BufferPool());
  let closed = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  transport.events = {
    onBytes(_bytes, _start, end) {
      transport.output.appendBytes(Uint8Array.of(1, 2, 3));
      transport.end(false);
      return end;
    },
    onEnd: () => fail("nothing is read any more"),
    onWriting() {},
    onWritten() {},
    onClosed() {
      closed++;
      resolve();
    },
  };
  transport.start();
  await far.write(Uint8Array.of(0));
  await promise;
  const buffer = new Uint8Array(8);
  assertEquals([await far.read(buffer), await far.read(buffer), closed], [3, null, 1]);
  far.close();
});

Deno.test("TcpTransport drops a peer that goes on sending more than 16 MiB after our last byte", async () => {
  const turn = new Turn(new FakeClock());
  const [far, near] = MemoryStream.pair();
  const transport = new TcpTransport(near, "192.0.2.1", turn, new BufferPool());
  const { promise, resolve } = Promise.withResolvers<void>();
  transport.events = { onBytes: (_b, _s, end) => end, onEnd() {}, onWriting() {}, onWritten() {}, onClosed: resolve };
  transport.start();
  transport.end();
  let sent = 0;
  const part = new Uint8Array(65_536);
  try {
    while (sent < 2 * MAX_LINGER_BYTES) sent += await far.write(part);
  } catch (error) {
    assertEquals((error as Error).name, "ConnectionReset");
  }
  await promise;
  assertGreater(sent, MAX_LINGER_BYTES);
});

Deno.test("TcpTransport reads into a small buffer when quiet and a larger one when reads fill it", async () => {
  const sizes: number[] = [];
  const turn = new Turn(new FakeClock());
  const [far, near] = MemoryStream.pair();
  const watched: ByteStream = {
    read: (buffer) => (sizes.push(buffer.length), near.read(buffer)),
    write: (bytes) => near.write(bytes),
    closeWrite: () => near.closeWrite(),
    close: () => near.close(),
  };
  const transport = new TcpTransport(watched, "192.0.2.1", turn, new BufferPool());
  const { promise, resolve } = Promise.withResolvers<void>();
  transport.events = { onBytes: (_b, _s, end) => end, onEnd: resolve, onWriting() {}, onWritten() {}, onClosed() {} };
  transport.start();
  for (let count = 0; count < 8; count++) await far.write(new Uint8Array(65_536));
  const largest = Math.max(...sizes);
  for (let count = 0; count < 40; count++) {
    await far.write(Uint8Array.of(1));
    for (let round = 0; round < 10; round++) await Promise.resolve();
  }
  await far.closeWrite();
  await promise;
  assertEquals([sizes[0], largest, sizes.at(-1)], [1024, 65_536, 1024].map(bufferSize));
  transport.destroy();
  far.close();
});

/** A stream whose reads and writes are settled by the test. */
class ScriptedStream implements ByteStream {
  readonly reads: { readonly buffer: Uint8Array; readonly settle: PromiseWithResolvers<number | null> }[] = [];
  readonly writes: { readonly bytes: Uint8Array; readonly settle: PromiseWithResolvers<number> }[] = [];
  isClosed = false;

  read(buffer: Uint8Array): Promise<number | null> {
    const settle = Promise.withResolvers<number | null>();
    this.reads.push({ buffer, settle });
    return settle.promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    const settle = Promise.withResolvers<number>();
    this.writes.push({ bytes, settle });
    return settle.promise;
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
  }

  /** The pending read brings so many bytes, each with this value; what follows from that has happened after. */
  async bring(count: number, value = 0): Promise<void> {
    const { buffer, settle } = this.reads.shift()!;
    buffer.fill(value, 0, count);
    settle.resolve(count);
    await turns();
  }
}

/** Everything that is due has happened: a few turns of microtasks. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** A transport over a scripted stream, busy enough to ask where the next bytes are wanted. */
async function busy(place: Uint8Array<ArrayBuffer> | undefined) {
  const seen: string[] = [];
  const pool = new BufferPool();
  const stream = new ScriptedStream();
  const transport = new TcpTransport(stream, "192.0.2.1", new Turn(new FakeClock()), pool);
  const lending = { place };
  transport.events = {
    onBytes: (_bytes, start, end) => (seen.push(`bytes ${end - start}`), end),
    lendInput: () => lending.place,
    onInput: (count) => void seen.push(`input ${count}`),
    onEnd: () => void seen.push("end"),
    onWriting() {},
    onWritten() {},
    onClosed: () => void seen.push("closed"),
  };
  transport.start();
  while (stream.reads[0]!.buffer !== place && seen.length < 20) await stream.bring(stream.reads[0]!.buffer.length);
  seen.length = 0;
  return { transport, stream, pool, seen, lending };
}

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

Deno.test("TcpTransport learns to read a chunk that is a little longer than a buffer in one go", async () => {
  const stream = new ScriptedStream();
  const transport = new TcpTransport(stream, "192.0.2.1", new Turn(new FakeClock()), new BufferPool());
  transport.start();
  const reads: number[] = [];
  for (let chunk = 0; chunk < 20; chunk++) {
    let count = 0;
    for (let left = 4480; left > 0; count++) {
      const part = Math.min(left, stream.reads[0]!.buffer.length);
      await stream.bring(part);
      left -= part;
    }
    reads.push(count);
  }
  assertEquals(reads.slice(3), new Array(17).fill(1));
  transport.destroy();
});

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

/** A transport whose chunk is pinned, and which has read on into another buffer since. */
async function pinned(times: number) {
  const pool = new BufferPool();
  const stream = new ScriptedStream();
  const transport = new TcpTransport(stream, "192.0.2.1", new Turn(new FakeClock()), pool);
  let chunk: Uint8Array<ArrayBuffer> | undefined;
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
  transport.start();
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
