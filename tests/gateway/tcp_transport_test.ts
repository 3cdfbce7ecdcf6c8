import { assertEquals, assertGreater, fail } from "@std/assert";
import { BufferPool, bufferSize } from "../../lib/gateway/buffer_pool.ts";
import { MAX_LINGER_BYTES } from "../../lib/gateway/stream_transport.ts";
import { type ByteStream, TcpTransport } from "../../lib/gateway/tcp_transport.ts";
import { Turn } from "../../lib/gateway/turn.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { farEnd, testTransport } from "../suites/transport_suite.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ScriptedStream } from "./tcp_transport/scripted_stream.ts";

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

Deno.test("TcpTransport reads into 1 KiB at first, 256 bytes when quiet and more when reads fill it", async () => {
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
  for (let count = 0; count < 60; count++) {
    await far.write(Uint8Array.of(1));
    for (let round = 0; round < 10; round++) await Promise.resolve();
  }
  await far.closeWrite();
  await promise;
  assertEquals([sizes[0], largest, sizes.at(-1)], [1024, 65_536, 256].map(bufferSize));
  transport.destroy();
  far.close();
});

for (const headBytes of [60, 600]) {
  Deno.test(`TcpTransport waits with 256 bytes for what follows a head of ${headBytes}, which one read brought`, async () => {
    const stream = new ScriptedStream();
    const transport = new TcpTransport(stream, "192.0.2.1", new Turn(new FakeClock()), new BufferPool());
    const chunks: number[] = [];
    transport.events = {
      onBytes: (_bytes, start, end) => (chunks.push(end - start), end),
      onEnd() {},
      onWriting() {},
      onWritten() {},
      onClosed() {},
    };
    transport.start();
    await stream.bring(headBytes);
    assertEquals([chunks, stream.reads[0]!.buffer.length], [[headBytes], bufferSize(256)]);
    transport.destroy();
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
