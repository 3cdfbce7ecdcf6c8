import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import fc from "fast-check";
import { Arena } from "../../../lib/frame/arena.ts";
import { OPCODE } from "../../../lib/frame/mod.ts";
import { BufferPool, bufferSize } from "../../../lib/gateway/buffer_pool.ts";
import { EpollListener } from "../../../lib/gateway/epoll/epoll_listener.ts";
import type { EpollTransport } from "../../../lib/gateway/epoll/epoll_transport.ts";
import { ERRNO, SOCKET } from "../../../lib/gateway/epoll/linux.ts";
import { Poller } from "../../../lib/gateway/epoll/poller.ts";
import { MAX_LINGER_BYTES } from "../../../lib/gateway/stream_transport.ts";
import type { TransportEvents } from "../../../lib/gateway/transport.ts";
import { Turn } from "../../../lib/gateway/turn.ts";
import { type FarEnd, farEnd, testTransport } from "../../suites/transport_suite.ts";
import { type Answers, needsEpoll, realLibc, reopened, WatchedLibc } from "../../support/epoll.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** socket(7): the size of the send buffer. */
const SO_SNDBUF = 7;

const ARENA_BYTES = 1024 * 1024;

/** A transport over a socket of 127.0.0.1, and the other end of it. */
async function connect(turn: Turn, pool: BufferPool, answers: Answers = {}, sendBufferBytes?: number) {
  let fd = -1;
  const watched = new WatchedLibc({
    ...answers,
    accept4(...args) {
      fd = realLibc!.accept4(...args);
      const size = Int32Array.of(sendBufferBytes ?? 0);
      if (fd >= 0 && sendBufferBytes !== undefined) realLibc!.setsockopt(fd, SOCKET.SOL_SOCKET, SO_SNDBUF, size, 4);
      return fd;
    },
  });
  const poller = new Poller(watched.libc);
  const listener = new EpollListener(poller, { address: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const far = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const socket = await accepting;
  listener.close();
  return { transport: socket.transport(turn, pool), fd, far, poller, watched };
}

/** Ends the poller with the cable. */
function farEndWith(poller: Poller, conn: Deno.TcpConn): FarEnd {
  const far = farEnd(conn);
  let ending: Promise<void> | undefined;
  return {
    ...far,
    close() {
      far.close();
      return ending ??= poller.end();
    },
  };
}

const FEW = 991;

/** A system that takes few bytes at a time. (That one read gives all there is, epoll(7) promises.) */
const STINGY: Answers = {
  send: (fd, bytes, length, flags) => realLibc!.send(fd, bytes, Math.min(length, FEW), flags),
};

if (!needsEpoll.ignore) {
  for (const [how, answers] of [["", {}], [" whose system takes few bytes at a time", STINGY]] as const) {
    testTransport(`EpollTransport${how}`, async ({ turn, pool }) => {
      const { transport, far, poller } = await connect(turn, pool, answers);
      return { transport, far: farEndWith(poller, far), start: () => transport.start() };
    });
  }
}

/** What a transport told, and a way to wait for it. */
class Told implements TransportEvents {
  readonly seen: string[] = [];
  bytes = 0;
  take: (bytes: Uint8Array<ArrayBuffer>, start: number, end: number) => number = (_bytes, _start, end) => end;
  #waiting: (() => void)[] = [];

  onBytes(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    const at = this.take(bytes, start, end);
    this.bytes += at - start;
    this.#tell("bytes");
    return at;
  }
  onEnd = () => this.#tell("end");
  onWriting = () => this.#tell("writing");
  onWritten = () => this.#tell("written");
  onClosed = () => this.#tell("closed");

  async until(isMet: () => boolean): Promise<void> {
    while (!isMet()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tell(what: string): void {
    this.seen.push(what);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

interface Scene {
  readonly transport: EpollTransport;
  readonly fd: number;
  readonly far: Deno.TcpConn;
  readonly told: Told;
  readonly watched: WatchedLibc;
  readonly pool: BufferPool;
  readonly arena: Arena;
  readonly turn: Turn;
}

/** Registers a test over one connection. */
function scene(
  name: string,
  act: (scene: Scene) => Promise<void>,
  answers: Answers = {},
  sendBufferBytes?: number,
): void {
  Deno.test({
    name: `EpollTransport ${name}`,
    ...needsEpoll,
    async fn() {
      const arena = new Arena(ARENA_BYTES);
      const pool = new BufferPool(arena);
      const turn = new Turn(new FakeClock());
      const { transport, fd, far, poller, watched } = await connect(turn, pool, answers, sendBufferBytes);
      const told = new Told();
      transport.events = told;
      transport.start();
      try {
        await act({ transport, fd, far, told, watched, pool, arena, turn });
      } finally {
        transport.destroy();
        far.close();
        await poller.end();
      }
    },
  });
}

const rounds = async (count: number): Promise<void> => {
  for (let round = 0; round < count; round++) await new Promise((resolve) => setTimeout(resolve, 0));
};

async function receive(far: Deno.TcpConn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) at += await far.read(bytes.subarray(at)) ?? count;
  return bytes;
}

const MIB = 1024 * 1024;

scene("holds no buffer while its peer is quiet", async ({ far, told, pool }) => {
  await far.write(new Uint8Array(10));
  await told.until(() => told.bytes === 10);
  assertEquals(pool.freeBytes, bufferSize(1024));
});

scene("gives a chunk to others when all who pinned it have let go", async ({ transport, far, told, pool }) => {
  let chunk: Uint8Array<ArrayBuffer> | undefined;
  told.take = (bytes, _start, end) => {
    if (chunk === undefined) transport.pin(bytes);
    chunk ??= bytes;
    return end;
  };
  await far.write(Uint8Array.of(7));
  await told.until(() => told.bytes === 1);
  assertEquals(pool.freeBytes, 0);
  await far.write(Uint8Array.of(8));
  await told.until(() => told.bytes === 2);
  assertEquals([chunk![0], pool.freeBytes], [7, bufferSize(0)], "the second was read elsewhere");
  transport.pins.give(chunk!);
  assertEquals(pool.freeBytes, bufferSize(1024) + bufferSize(0));
});

scene("reads into the arena, and elsewhere in it while a chunk is pinned", async (scene) => {
  const { transport, far, told, pool, arena } = scene;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  told.take = (bytes, _start, end) => {
    if (chunks.length === 0) transport.pin(bytes);
    chunks.push(bytes);
    return end;
  };
  for (const byte of [1, 2, 3]) {
    await far.write(Uint8Array.of(byte));
    await told.until(() => told.bytes === byte);
  }
  assertEquals(chunks.map((chunk) => [arena.holds(chunk), chunk[0]]), [[true, 1], [true, 3], [true, 3]]);
  transport.destroy();
  pool.close();
  transport.pins.give(chunks[0]!);
  assertEquals(arena.freeBytes, new Arena(ARENA_BYTES).freeBytes, "all of it is back");
});

scene(
  "writes on when there is room, and asks not before: a send buffer of 4 KiB, a peer that reads late",
  async ({ transport, far, told, watched }) => {
    const bytes = Uint8Array.from({ length: 4 * MIB }, (_, at) => at * 31 >> 3);
    transport.output.appendBytes(bytes);
    transport.touch();
    // The kernels of both ends take some; then all is full.
    let sends = -1;
    while (sends !== watched.counts.send) {
      sends = watched.counts.send ?? 0;
      await rounds(20);
    }
    assertEquals(told.seen.at(-1), "writing");
    // It is full: what is sent meanwhile costs no call.
    for (let count = 0; count < 20; count++) {
      transport.output.appendBytes(Uint8Array.of(count));
      transport.touch();
      await rounds(1);
    }
    assertLess(watched.counts.send! - sends, 5, "but for room that a kernel has made since");
    assertEquals(watched.counts.epoll_ctl, 3, "the poller's own, the listener, and this: none to wait for room");
    const received = await receive(far, bytes.length + 20);
    assertEquals(received.subarray(0, bytes.length), bytes);
    assertEquals([...received.subarray(bytes.length)], Array.from({ length: 20 }, (_, at) => at));
    await told.until(() => transport.output.byteLength === 0);
  },
  {},
  4096,
);

scene("lets the others come between when its peer takes whatever it sends", async ({ transport, far, told, turn }) => {
  const reading = receive(far, 200 * 1004);
  let others = 0;
  const count = () => {
    others++;
    if (told.seen.filter((what) => what === "written").length < 200) turn.later(count);
  };
  count();
  // Each a segment of its own, and so a write.
  for (let part = 0; part < 200; part++) {
    transport.output.appendInPlace(OPCODE.BINARY, new Uint8Array(1010), 10, 1010, { give() {} });
  }
  transport.touch();
  await reading;
  assertGreater(others, 1);
}, STINGY);

scene("does not spin while it is paused and bytes wait", async ({ transport, far, told, watched }) => {
  await far.write(Uint8Array.of(1));
  await told.until(() => told.bytes === 1);
  transport.pause();
  await far.write(new Uint8Array(10));
  while ((watched.counts.waitApart ?? 0) === 0) await rounds(1);
  const { recv, epoll_wait } = watched.counts;
  await rounds(50);
  assertEquals(watched.counts.recv, recv);
  assertLess(watched.counts.epoll_wait! - epoll_wait!, 10);
  transport.resume();
  await told.until(() => told.bytes === 11);
});

scene("reads what came before the end, in one event with it", async ({ transport, far, told }) => {
  transport.pause();
  await far.write(new Uint8Array(100));
  await far.closeWrite();
  await rounds(20);
  assertEquals(told.seen, []);
  transport.resume();
  await told.until(() => told.seen.includes("end"));
  assertEquals([told.bytes, told.seen], [100, ["bytes", "end"]]);
  // Our side is still open.
  transport.output.appendBytes(Uint8Array.of(1));
  transport.touch();
  assertEquals(await receive(far, 1), Uint8Array.of(1));
});

scene("is closed by a reset, also while it waits for room", async ({ transport, far, told }) => {
  transport.output.appendBytes(new Uint8Array(8 * MIB));
  transport.touch();
  await told.until(() => told.seen.includes("writing"));
  // Closed with bytes unread, the kernel sends a reset.
  far.close();
  await told.until(() => told.seen.includes("closed"));
  assertEquals(transport.output.byteLength, 0);
  (far as { close(): void }).close = () => {};
});

scene("drops a peer that goes on sending more than 16 MiB after our last byte", async ({ transport, far, told }) => {
  transport.end();
  let sent = 0;
  const part = new Uint8Array(65_536);
  const closed = told.until(() => told.seen.includes("closed"));
  try {
    while (sent < 4 * MAX_LINGER_BYTES) sent += await far.write(part);
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe, String(error));
  }
  await closed;
  assertGreater(sent, MAX_LINGER_BYTES);
});

{
  const errors: number[] = [ERRNO.EINTR, ERRNO.EAGAIN];
  const watched: { current?: WatchedLibc } = {};
  scene("tries again after a signal, and waits where a read was in vain", async ({ far, told, watched: own }) => {
    watched.current = own;
    await far.write(Uint8Array.of(1));
    await rounds(20);
    await far.write(Uint8Array.of(2));
    await told.until(() => told.bytes === 2);
    assertEquals(errors, []);
  }, {
    recv() {
      const errno = watched.current === undefined ? undefined : errors.shift();
      return errno === undefined ? undefined : watched.current!.fail(errno);
    },
  });
}

scene("never writes to, nor reads from, the socket that has its descriptor next", async (scene) => {
  const { transport, fd, far, told, watched } = scene;
  const reply = new Uint8Array(10);
  told.take = (_bytes, _start, end) => {
    transport.output.appendBytes(reply);
    transport.touch();
    transport.destroy();
    return end;
  };
  await far.write(Uint8Array.of(1));
  await told.until(() => told.seen.includes("closed"));
  const type = SOCKET.STREAM | SOCKET.NONBLOCK | SOCKET.CLOEXEC;
  reopened(fd, () => ({ fd: watched.libc.socket(SOCKET.AF_INET, type, 0) }));
  const before = { ...watched.counts };
  transport.touch();
  transport.end();
  transport.flush();
  transport.process();
  transport.onReady(0xff);
  transport.destroy();
  await rounds(5);
  assertEquals([watched.counts.send, watched.counts.recv, watched.counts.shutdown, watched.counts.close], [
    before.send,
    before.recv,
    before.shutdown,
    before.close,
  ]);
  watched.libc.close(fd);
});

Deno.test({
  name: "EpollTransport loses and doubles no byte, however the system takes and gives them",
  ...needsEpoll,
  async fn() {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        async (lengths, chance) => {
          const made: { watched?: WatchedLibc } = {};
          const next = (): number => chance.next().value as number;
          const { transport, far, poller, watched } = await connect(new Turn(new FakeClock()), new BufferPool(), {
            send(fd, bytes, length, flags) {
              const luck = next();
              if (luck === 0) return made.watched!.fail(ERRNO.EINTR);
              return realLibc!.send(fd, bytes, luck < 3 ? Math.ceil(length / luck) : length, flags);
            },
            recv: () => next() === 0 ? made.watched!.fail(ERRNO.EINTR) : undefined,
          });
          made.watched = watched;
          const told = new Told();
          transport.events = told;
          // An echo.
          told.take = (bytes, start, end) => {
            transport.output.appendBytes(bytes.subarray(start, end));
            transport.touch();
            return end;
          };
          transport.start();
          const total = lengths.reduce((sum, length) => sum + length, 0);
          const receiving = receive(far, total);
          let at = 0;
          for (const length of lengths) {
            const part = Uint8Array.from({ length }, () => at++ * 7 >> 2);
            for (let sent = 0; sent < length;) sent += await far.write(part.subarray(sent));
          }
          assertEquals(await receiving, Uint8Array.from({ length: total }, (_, index) => index * 7 >> 2));
          transport.destroy();
          far.close();
          await poller.end();
        },
      ),
      { numRuns: 25 },
    );
  },
});
