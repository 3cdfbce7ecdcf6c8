/**
 * The transport over a socket that is read and written by system calls at once, when epoll says that it can be.
 *
 * Nothing is pending for a connection that is quiet: it has no buffer and no promise.
 *
 * @module
 */
import type { BufferPool } from "../buffer_pool.ts";
import { PENDING, StreamTransport } from "../stream_transport.ts";
import type { Turn } from "../turn.ts";
import type { Libc } from "./libc.ts";
import { EPOLL, ERRNO, SOCKET } from "./linux.ts";
import type { Pollable, Poller } from "./poller.ts";

const NO_FD = -1;

/** After one of these no further change is told: the socket is read until its end. */
const FINAL_EVENTS = EPOLL.RDHUP | EPOLL.HUP | EPOLL.ERR;
const READ_EVENTS = EPOLL.IN | FINAL_EVENTS;
const WRITE_EVENTS = EPOLL.OUT | EPOLL.HUP | EPOLL.ERR;

/** So many writes in a row may one connection do; then the others come first. */
const WRITES_PER_TURN = 16;

/** A connected socket as bytes. */
export class EpollTransport extends StreamTransport implements Pollable {
  readonly #poller: Poller;
  readonly #libc: Libc;
  #fd: number;
  /** A read would bring something, for all we know. */
  #isReadable = false;
  /** The peer's side has ended, or the connection has: what is there must be read to the end. */
  #isFinal = false;
  /** On the list of this turn. */
  #isReady = false;
  /** On the list of those who have something to write, because there is room again. */
  #hasRoom = false;
  /** What the socket had no room for. */
  #unsent: Uint8Array<ArrayBuffer> | undefined;
  #writesInARow = 0;

  /** @param fd a socket that does not block. It is the transport's from now on. */
  constructor(fd: number, poller: Poller, remoteAddress: string, turn: Turn, pool: BufferPool) {
    super(remoteAddress, turn, pool);
    this.#fd = fd;
    this.#poller = poller;
    this.#libc = poller.libc;
  }

  override start(): void {
    if (!this.#poller.add(this.#fd, this)) this.destroy();
  }

  onReady(events: number): void {
    if ((events & READ_EVENTS) !== 0) {
      this.#isReadable = true;
      if ((events & FINAL_EVENTS) !== 0) this.#isFinal = true;
      if (!this.#isReady && this.canRead) {
        this.#isReady = true;
        this.turn.ready(this);
      }
    }
    if (this.#unsent !== undefined && !this.#hasRoom && (events & WRITE_EVENTS) !== 0) {
      this.#hasRoom = true;
      this.turn.touch(this);
    }
  }

  override process(): void {
    this.#isReady = false;
    if (this.#isReadable && this.canRead) this.#receive();
    super.process();
    this.releaseInput();
    // There may be more: after the others, and not in this turn.
    this.readOn();
  }

  override flush(): void {
    this.#hasRoom = false;
    this.#writesInARow = 0;
    const unsent = this.#unsent;
    if (unsent === undefined) return super.flush();
    this.#unsent = undefined;
    const count = this.write(unsent);
    if (count !== PENDING) this.wrote(count);
  }

  /** No read is ever pending: there is nothing to ration. */
  override get wantsRead(): boolean {
    return false;
  }

  override arm(): void {}

  override get isReading(): boolean {
    return false;
  }

  override get keepsInput(): boolean {
    return false;
  }

  override readOn(): void {
    if (this.#isReadable && this.canRead) this.defer();
  }

  override write(bytes: Uint8Array<ArrayBuffer>): number {
    if (++this.#writesInARow <= WRITES_PER_TURN) {
      const count = this.#libc.send(this.#fd, bytes, bytes.length, SOCKET.MSG_NOSIGNAL);
      if (count >= 0) return count;
      this.#unsent = bytes;
      const errno = this.#libc.errno();
      // It is told when there is room.
      if (errno === ERRNO.EAGAIN) return PENDING;
      if (errno !== ERRNO.EINTR) {
        this.destroy();
        return PENDING;
      }
    }
    this.#unsent = bytes;
    this.turn.later(() => this.flush());
    return PENDING;
  }

  override closeWrite(): void {
    if (this.#libc.shutdown(this.#fd, SOCKET.SHUT_WR) < 0) this.destroy();
  }

  override close(): void {
    const fd = this.#fd;
    this.#fd = NO_FD;
    this.#poller.close(fd);
    if (this.#unsent === undefined) return;
    this.#unsent = undefined;
    this.output.wrote(0);
  }

  #receive(): void {
    const buffer = this.bufferForRead();
    const count = this.#libc.recv(this.#fd, buffer, buffer.length, 0);
    if (count < 0) {
      const errno = this.#libc.errno();
      if (errno === ERRNO.EAGAIN) this.#isReadable = false;
      else if (errno !== ERRNO.EINTR) this.destroy();
      return this.returnLent();
    }
    // A read that did not fill the buffer took all there was; what comes after that is told.
    if (count < buffer.length) this.#isReadable = this.#isFinal;
    this.received(count === 0 ? null : count);
  }
}
