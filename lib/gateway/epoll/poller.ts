/**
 * Waiting for many files at once with epoll, beside Deno's own event loop.
 *
 * While something happens, each round of the event loop asks what else did, without waiting. After a few rounds in vain
 * another thread waits, and this one sleeps with the event loop: timers, promises and signals are on time either way.
 * A rest after many files have come is when the C library gives back what their coming took and no longer needs.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { EventList } from "./event_list.ts";
import { EpollUnavailableError, type Libc } from "./libc.ts";
import { EPOLL, ERRNO, EVENT_LAYOUTS, SOCKET } from "./linux.ts";

/** Who is told what happened to its file. */
export interface Pollable {
  /** @param events bits of `EPOLL`. Each change is told once. */
  onReady(events: number): void;
}

/**
 * So many events are taken in one round. Fewer than a scheduler's budget (see `read_window.ts`), and few enough that
 * the replies to all of them are written while their buffers are still in the cache.
 */
const EVENTS_PER_ROUND = 64;

/** After so many rounds in vain another thread waits. */
const EMPTY_ROUNDS = 4;

const FOREVER_MS = -1;

/** So many files that came make it worth while to give memory back: some milliseconds of another thread. */
const FILES_PER_TRIM = 1_000;

/** It is done when nothing has happened for so long. */
const REST_MS = 500;

/** Files and who is told. */
export class Poller {
  readonly #libc: Libc;
  readonly #epoll: number;
  /** Ends the other thread's wait. */
  readonly #wakeUp: number;
  readonly #events: EventList;
  readonly #wanted: EventList;
  /** By descriptor. */
  readonly #members: (Pollable | undefined)[] = [];
  /** By descriptor: a new one for each file that gets it, so that an event of the last is not taken for its own. */
  readonly #generations: number[] = [];
  #emptyRounds = 0;
  #filesSinceTrim = 0;
  #isWaitingApart = false;
  #isClosed = false;
  readonly #ended = Promise.withResolvers<void>();

  /** @throws {EpollUnavailableError} when the system gives no epoll. */
  constructor(libc: Libc, arch: string = Deno.build.arch) {
    const layout = EVENT_LAYOUTS[arch];
    if (layout === undefined) throw new EpollUnavailableError(`the layout of its events on ${arch} is not known`);
    this.#libc = libc;
    this.#events = new EventList(EVENTS_PER_ROUND, layout);
    this.#wanted = new EventList(1, layout);
    this.#epoll = libc.epoll_create1(EPOLL.CLOEXEC);
    this.#wakeUp = libc.eventfd(0, SOCKET.NONBLOCK | SOCKET.CLOEXEC);
    if (this.#epoll < 0 || this.#wakeUp < 0 || !this.add(this.#wakeUp, { onReady() {} })) {
      throw new EpollUnavailableError(`the system gives no epoll (os error ${libc.errno()})`);
    }
    setImmediate(this.#round);
  }

  get libc(): Libc {
    return this.#libc;
  }

  /**
   * Tells of this file from now on.
   *
   * @returns false when the system has no room for it.
   */
  add(fd: number, member: Pollable): boolean {
    const generation = (this.#generations[fd] ?? 0) + 1 | 0;
    this.#generations[fd] = generation;
    this.#members[fd] = member;
    this.#wanted.set(0, EPOLL.IN | EPOLL.OUT | EPOLL.RDHUP | EPOLL.EDGE, fd, generation);
    if (this.#libc.epoll_ctl(this.#epoll, EPOLL.ADD, fd, this.#wanted.bytes) === 0) {
      this.#filesSinceTrim++;
      return true;
    }
    this.#members[fd] = undefined;
    return false;
  }

  /** Closes the file. Nobody is told of it any more, nor of what comes to its descriptor later. */
  close(fd: number): void {
    this.#members[fd] = undefined;
    this.#libc.close(fd);
  }

  /** Ends the waiting. What is left to be told is not. Files stay open. */
  end(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      if (this.#isWaitingApart) this.#libc.eventfd_write(this.#wakeUp, 1n);
      else this.#finish();
    }
    return this.#ended.promise;
  }

  readonly #round = (): void => {
    if (this.#isClosed) return;
    const count = this.#libc.epoll_wait(this.#epoll, this.#events.bytes, this.#events.length, 0);
    if (count < 0) checkWait(this.#libc.errno());
    else if (count > 0) this.#emptyRounds = 0;
    else if (++this.#emptyRounds >= EMPTY_ROUNDS) return this.#waitApart();
    setImmediate(this.#round);
    this.#tell(count);
  };

  #waitApart(): void {
    this.#emptyRounds = 0;
    this.#isWaitingApart = true;
    const { bytes, length } = this.#events;
    const timeoutMs = this.#isTrimDue ? REST_MS : FOREVER_MS;
    void this.#libc.waitApart(this.#epoll, bytes, length, timeoutMs).then(this.#onWoken);
  }

  get #isTrimDue(): boolean {
    return this.#filesSinceTrim >= FILES_PER_TRIM;
  }

  /** A wait that failed is tried again on this thread, where its error can be known. */
  readonly #onWoken = (count: number): void => {
    this.#isWaitingApart = false;
    if (this.#isClosed) return this.#finish();
    if (count === 0 && this.#isTrimDue) return this.#trim();
    setImmediate(this.#round);
    this.#tell(count);
  };

  /** Nothing is missed meanwhile: what happens is told by the next wait. */
  #trim(): void {
    this.#filesSinceTrim = 0;
    void this.#libc.trimApart();
    this.#waitApart();
  }

  #tell(count: number): void {
    const events = this.#events;
    for (let at = 0; at < count; at++) {
      const fd = events.fdAt(at);
      // Who was told before may have closed this one; the descriptor may be another's already.
      if (this.#generations[fd] === events.generationAt(at)) this.#members[fd]?.onReady(events.eventsAt(at));
    }
  }

  #finish(): void {
    this.#libc.close(this.#wakeUp);
    this.#libc.close(this.#epoll);
    this.#ended.resolve();
  }
}

/** A signal that came is no failure; anything else is a fault of ours. */
function checkWait(errno: number): void {
  if (errno !== ERRNO.EINTR) throw new Error(`epoll_wait failed (os error ${errno})`);
}
