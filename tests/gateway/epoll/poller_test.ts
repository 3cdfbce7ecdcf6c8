import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { EpollUnavailableError, type Libc } from "../../../lib/gateway/epoll/libc.ts";
import { EPOLL, ERRNO, SOCKET } from "../../../lib/gateway/epoll/linux.ts";
import { Poller } from "../../../lib/gateway/epoll/poller.ts";
import { needsEpoll, realLibc, reopened, WatchedLibc } from "../../support/epoll.ts";

/** A file that becomes readable when a number is written to it. */
class Bell {
  readonly fd: number;
  readonly heard: number[] = [];
  readonly #libc: Libc;
  #onRing = Promise.withResolvers<void>();

  constructor(libc: Libc) {
    this.#libc = libc;
    this.fd = libc.eventfd(0, SOCKET.NONBLOCK | SOCKET.CLOEXEC);
  }

  ring(): void {
    this.#libc.eventfd_write(this.fd, 1n);
  }

  onReady(events: number): void {
    this.heard.push(events);
    this.#onRing.resolve();
  }

  /** Resolves when it is told of something it has not been told of. */
  async rung(): Promise<void> {
    await this.#onRing.promise;
    this.#onRing = Promise.withResolvers();
  }
}

/** A poller, and what it called. */
function open(answers: ConstructorParameters<typeof WatchedLibc>[0] = {}) {
  const watched = new WatchedLibc(answers);
  const poller = new Poller(watched.libc);
  return { watched, poller, libc: watched.libc };
}

Deno.test({
  name: "Poller tells of each change once: while rounds go by, and from another thread's wait",
  ...needsEpoll,
  async fn() {
    const waits: (() => void)[] = [];
    const { poller, libc, watched } = open({ waitApart: () => (waits.shift()?.(), undefined) });
    const bell = new Bell(libc);
    poller.add(bell.fd, bell);
    await bell.rung(); // That it can be written.
    for (let round = 1; round <= 3; round++) {
      bell.ring();
      await bell.rung();
      assertEquals(bell.heard.at(-1)! & EPOLL.IN, EPOLL.IN);
      // It sleeps before the next: a thread waits for it.
      await new Promise<void>((resolve) => waits.push(resolve));
    }
    assertEquals(bell.heard.length, 4);
    await poller.end();
    assertEquals(watched.counts.waitApart, 3);
    libc.close(bell.fd);
  },
});

Deno.test({
  name: "Poller makes a handful of calls, then none until something happens: a server at rest costs no time",
  ...needsEpoll,
  async fn() {
    const asleep = Promise.withResolvers<void>();
    const { poller, watched } = open({ waitApart: () => (asleep.resolve(), undefined) });
    await asleep.promise;
    const before = watched.counts.epoll_wait!;
    assertLessOrEqual(before, 5);
    // Rounds of the event loop go by, with timers and promises, and nobody asks the kernel.
    for (let round = 0; round < 50; round++) await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals([watched.counts.epoll_wait, watched.counts.waitApart], [before, 1]);
    await poller.end();
  },
});

Deno.test({
  name: "Poller never tells a file of what happened to the one that had its descriptor before",
  ...needsEpoll,
  async fn() {
    const asleep: (() => void)[] = [];
    const { poller, libc } = open({ waitApart: () => (asleep.shift()?.(), undefined) });
    await new Promise<void>((resolve) => asleep.push(resolve));
    // All three happen while the other thread waits: its answer comes when the descriptor is another's.
    const first = new Bell(libc);
    const second = new Bell(libc);
    poller.add(first.fd, first);
    poller.add(second.fd, second);
    first.ring();
    second.ring();
    poller.close(first.fd);
    const heir = reopened(first.fd, () => new Bell(libc));
    poller.add(heir.fd, heir);
    await second.rung();
    await heir.rung();
    assertEquals([first.heard.length, heir.heard.every((events) => (events & EPOLL.IN) === 0)], [0, true]);
    await poller.end();
    for (const { fd } of [second, heir]) libc.close(fd);
  },
});

Deno.test({
  name: "Poller: who is closed in a round is told nothing more in it, nor is its descriptor's next owner",
  ...needsEpoll,
  async fn() {
    const { poller, libc } = open();
    const bells = [new Bell(libc), new Bell(libc)];
    let heir: Bell | undefined;
    const told: number[] = [];
    for (const [index, bell] of bells.entries()) {
      bell.onReady = () => {
        told.push(index);
        const other = bells[1 - index]!;
        poller.close(other.fd);
        heir = reopened(other.fd, () => new Bell(libc));
        poller.add(heir.fd, heir);
      };
      poller.add(bell.fd, bell);
    }
    while (heir === undefined) await new Promise((resolve) => setTimeout(resolve, 0));
    await heir.rung();
    assertEquals([told.length, heir.heard.length], [1, 1]);
    await poller.end();
    libc.close(heir.fd);
    libc.close(bells[told[0]!]!.fd);
  },
});

Deno.test({
  name: "Poller goes on after a signal has interrupted it, on either thread",
  ...needsEpoll,
  async fn() {
    let interruptions = 4;
    const { poller, libc, watched } = open({
      epoll_wait: () => interruptions-- > 0 ? watched.fail(ERRNO.EINTR) : undefined,
      waitApart: () => watched.counts.waitApart! < 3 ? Promise.resolve(-1) : undefined,
    });
    const bell = new Bell(libc);
    poller.add(bell.fd, bell);
    await bell.rung();
    while ((watched.counts.waitApart ?? 0) < 3) await new Promise((resolve) => setTimeout(resolve, 0));
    bell.ring();
    await bell.rung();
    await poller.end();
    libc.close(bell.fd);
  },
});

Deno.test({
  name: "Poller ends at once, waiting or not, and twice over; timers and promises are on time while it waits",
  ...needsEpoll,
  async fn() {
    const idle = open();
    await idle.poller.end();
    await idle.poller.end();
    const asleep = Promise.withResolvers<void>();
    const waiting = open({ waitApart: () => (asleep.resolve(), undefined) });
    await asleep.promise;
    await new Promise((resolve) => setTimeout(resolve, 0));
    await waiting.poller.end();
  },
});

Deno.test({
  name: "Poller says so when the system gives it nothing, or the processor is unknown",
  ...needsEpoll,
  fn() {
    const watched: WatchedLibc = new WatchedLibc({ epoll_create1: () => watched.fail(ERRNO.EMFILE) });
    assertThrows(() => new Poller(watched.libc), EpollUnavailableError, "os error 24");
    assertThrows(() => new Poller(realLibc!, "riscv64"), EpollUnavailableError, "riscv64");
  },
});

Deno.test({
  name: "Poller has memory given back once, after a thousand files have come, when nothing happens for a while",
  ...needsEpoll,
  async fn() {
    const waits: number[] = [];
    const trimmed = Promise.withResolvers<void>();
    let isQuiet = false;
    const { poller, libc, watched } = open({
      // Files that nothing happens to; what rings is real.
      epoll_ctl: (_epoll, _operation, fd) => fd >= 1_000_000 ? 0 : undefined,
      // The rest is over at once.
      waitApart: (_epoll, _events, _length, timeoutMs) => {
        waits.push(timeoutMs);
        return isQuiet && timeoutMs > 0 ? Promise.resolve(0) : undefined;
      },
      trimApart: () => (trimmed.resolve(), Promise.resolve()),
    });
    const [bell, nobody] = [new Bell(libc), { onReady() {} }];
    poller.add(bell.fd, bell);
    await bell.rung();
    const comes = async (count: number): Promise<void> => {
      for (let file = 0; file < count; file++) poller.add(1_000_000 + file, nobody);
      const before = waits.length;
      bell.ring();
      await bell.rung();
      while (waits.length === before) await new Promise((resolve) => setTimeout(resolve, 0));
    };
    await comes(900);
    assertEquals([waits.at(-1), watched.counts.trimApart], [-1, undefined], "too few, which a wait for ever shows");
    isQuiet = true;
    await comes(100);
    await trimmed.promise;
    await comes(100);
    assertEquals([waits.at(-1), watched.counts.trimApart], [-1, 1]);
    await poller.end();
    libc.close(bell.fd);
  },
});
