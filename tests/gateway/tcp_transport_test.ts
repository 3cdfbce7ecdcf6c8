import { assertEquals, assertGreater } from "@std/assert";
import { BufferPool } from "../../lib/gateway/buffer_pool.ts";
import { type ByteStream, MAX_LINGER_BYTES, TcpTransport } from "../../lib/gateway/tcp_transport.ts";
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
  for (let count = 0; count < 20; count++) {
    await far.write(Uint8Array.of(1));
    for (let round = 0; round < 10; round++) await Promise.resolve();
  }
  await far.closeWrite();
  await promise;
  assertEquals([sizes[0], largest, sizes.at(-1)], [1024, 65_536, 1024]);
  transport.destroy();
  far.close();
});
