import { assert, assertEquals, assertGreater, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { EpollListener } from "../../../lib/gateway/epoll/epoll_listener.ts";
import { libcPaths } from "../../../lib/gateway/epoll/libc.ts";
import { ERRNO, SOCKET } from "../../../lib/gateway/epoll/linux.ts";
import { Poller } from "../../../lib/gateway/epoll/poller.ts";
import { Listener } from "../../../lib/gateway/listener.ts";
import { type Answers, needsEpoll, realLibc, WatchedLibc } from "../../support/epoll.ts";
import { FakeClock } from "../../support/fake_clock.ts";

interface Scene {
  readonly poller: Poller;
  readonly listener: EpollListener;
  readonly watched: WatchedLibc;
  connect(): Promise<Deno.TcpConn>;
}

function scene(
  name: string,
  act: (scene: Scene) => Promise<void>,
  { address = "127.0.0.1", answers = () => ({}) }: {
    address?: string;
    answers?: (fail: (errno: number) => -1) => Answers;
  } = {},
): void {
  Deno.test({
    name: `EpollListener ${name}`,
    ...needsEpoll,
    async fn() {
      const made: { watched?: WatchedLibc } = {};
      made.watched = new WatchedLibc(answers((errno) => made.watched!.fail(errno)));
      const poller = new Poller(made.watched.libc);
      const listener = new EpollListener(poller, { address, port: 0 });
      const hostname = address.includes(":") ? "::1" : "127.0.0.1";
      const connect = () => Deno.connect({ hostname, port: listener.addr.port });
      try {
        await act({ poller, listener, watched: made.watched, connect });
      } finally {
        listener.close();
        await poller.end();
      }
    },
  });
}

scene("tells the port that the system chose, and who connected", async ({ listener, connect }) => {
  assertGreater(listener.addr.port, 0);
  for (let count = 0; count < 3; count++) {
    const accepting = listener.accept();
    using _far = await connect();
    const socket = await accepting;
    assertEquals(socket.remoteAddress, "127.0.0.1");
    socket.close();
  }
});

scene("serves IPv6", async ({ listener, connect }) => {
  using _far = await connect();
  const socket = await listener.accept();
  assertEquals([listener.addr.address, socket.remoteAddress], ["::1", "::1"]);
  socket.close();
}, { address: "::1" });

scene("on :: serves IPv4 as well, and knows an IPv4 client by its IPv4 address", async ({ listener }) => {
  using _far = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const socket = await listener.accept();
  assertEquals(socket.remoteAddress, "127.0.0.1");
  socket.close();
}, { address: "::" });

scene("accepts what came while nobody waited, more than it accepts in a row", async ({ listener, connect }) => {
  const far = await Promise.all(Array.from({ length: 150 }, connect));
  for (let count = 0; count < far.length; count++) (await listener.accept()).close();
  for (const conn of far) conn.close();
});

{
  const accepted: number[] = [];
  scene("gives its sockets TCP_NODELAY: small messages do not wait for each other", async ({ listener, connect }) => {
    using _far = await connect();
    const socket = await listener.accept();
    assertEquals(accepted.map(noDelayOf), [1]);
    socket.close();
  }, {
    answers: () => ({
      accept4(...args) {
        const fd = realLibc!.accept4(...args);
        if (fd >= 0) accepted.push(fd);
        return fd;
      },
    }),
  });
}

function openOptions(path: string) {
  try {
    return Deno.dlopen(path, {
      getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    });
  } catch {
    return undefined; // It lies at another of the paths.
  }
}

/** What tcp(7) says of a socket. */
function noDelayOf(fd: number): number {
  const [libc, ...others] = libcPaths(Deno.build).map(openOptions).filter((found) => found !== undefined);
  for (const other of others) other.close();
  const value = new Int32Array(1);
  libc!.symbols.getsockopt(fd, SOCKET.IPPROTO_TCP, SOCKET.TCP_NODELAY, value, Uint32Array.of(4));
  libc!.close();
  return value[0]!;
}

for (
  const [errno, words] of [[ERRNO.EMFILE, "Too many open files (os error 24)"], [ERRNO.ENOMEM, "os error 12"]] as const
) {
  const failures: number[] = [errno];
  scene(
    `passes error ${errno} on, and accepts when that is over, in the loop of Listener`,
    async ({ listener, connect }) => {
      const clock = new FakeClock();
      const told: string[] = [];
      const accepted = Promise.withResolvers<void>();
      const failed = Promise.withResolvers<void>();
      const loop = new Listener(listener, {
        accepted(socket) {
          socket.close();
          accepted.resolve();
        },
        failed(error) {
          told.push(String(error));
          failed.resolve();
        },
      }, clock);
      const running = loop.run();
      using _far = await connect();
      await failed.promise;
      assertStringIncludes(told.join(), words);
      // The kernel tells of that connection only once: the loop must ask for it again.
      while (clock.pendingTimers === 0) await Promise.resolve();
      clock.advance(50);
      await accepted.promise;
      loop.close();
      await running;
      assertEquals(told.length, 1);
    },
    {
      answers: (fail) => ({
        accept4() {
          const next = failures.shift();
          return next === undefined ? undefined : fail(next);
        },
      }),
    },
  );
}

{
  const ECONNABORTED = 103;
  const failures = [ERRNO.EINTR, ECONNABORTED];
  scene(
    "names a peer that was gone before it was accepted as such, and goes on after a signal",
    async ({ listener, connect }) => {
      using _far = await connect();
      await assertRejects(() => listener.accept(), Deno.errors.ConnectionReset, "os error 103");
      (await listener.accept()).close();
    },
    {
      answers: (fail) => ({
        accept4() {
          const next = failures.shift();
          return next === undefined ? undefined : fail(next);
        },
      }),
    },
  );
}

scene("that is closed ends the accept that waits, and takes no more", async ({ listener, connect }) => {
  const accepting = listener.accept();
  listener.close();
  listener.close();
  await assertRejects(() => accepting, Deno.errors.BadResource);
  await assertRejects(() => listener.accept(), Deno.errors.BadResource);
  await assertRejects(connect, Deno.errors.ConnectionRefused);
});

scene("names a port in use", ({ poller, listener }) => {
  const { port } = listener.addr;
  const error = assertThrows(() => new EpollListener(poller, { address: "127.0.0.1", port }), Deno.errors.AddrInUse);
  assert(error.message.includes(String(port)), error.message);
  return Promise.resolve();
});
