/**
 * A listening socket whose connections are read and written through epoll.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { BufferPool } from "../buffer_pool.ts";
import type { Acceptor } from "../listener.ts";
import type { Turn } from "../turn.ts";
import { EpollTransport } from "./epoll_transport.ts";
import type { Libc } from "./libc.ts";
import { ERRNO, SOCKET } from "./linux.ts";
import type { Pollable, Poller } from "./poller.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  SOCKET_ADDRESS_BYTES,
  type SocketAddress,
} from "./socket_address.ts";

const BACKLOG = 4096;

/** So many are accepted in a row; then those that are there come first. */
const ACCEPTS_IN_A_ROW = 64;

/** What only time cures, or others' closing: words as Deno has them. Of any other error the peer is the reason. */
const EXHAUSTED: Readonly<Record<number, string>> = {
  [ERRNO.EMFILE]: "Too many open files",
  [ERRNO.ENFILE]: "Too many open files in system",
  [ERRNO.ENOBUFS]: "No buffer space available",
  [ERRNO.ENOMEM]: "Cannot allocate memory",
};

/** A socket that was accepted, and is nobody's yet. */
export class EpollSocket {
  readonly remoteAddress: string;
  readonly #fd: number;
  readonly #poller: Poller;

  constructor(fd: number, remoteAddress: string, poller: Poller) {
    this.#fd = fd;
    this.remoteAddress = remoteAddress;
    this.#poller = poller;
  }

  /** Makes a transport of it. Called once, or {@linkcode close} is. */
  transport(turn: Turn, pool: BufferPool): EpollTransport {
    return new EpollTransport(this.#fd, this.#poller, this.remoteAddress, turn, pool);
  }

  close(): void {
    this.#poller.close(this.#fd);
  }
}

/** Accepts connections. One accept may be pending at a time. */
export class EpollListener implements Acceptor<EpollSocket>, Pollable {
  /** Where it listens: the port that the system chose, where 0 was asked for. */
  readonly addr: SocketAddress;
  readonly #poller: Poller;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #peer = new Uint8Array(SOCKET_ADDRESS_BYTES);
  readonly #peerBytes = new Uint32Array(1);
  #pending: PromiseWithResolvers<EpollSocket> | undefined;
  #acceptsInARow = 0;
  #isClosed = false;

  /**
   * @param isShared others may listen on the same port.
   * @throws {Deno.errors.AddrInUse} when another has the port.
   * @throws {Error} that names the call that failed.
   */
  constructor(poller: Poller, address: SocketAddress, isShared = false) {
    this.#poller = poller;
    this.#libc = poller.libc;
    this.#fd = openSocket(this.#libc, address, isShared);
    this.addr = localAddress(this.#libc, this.#fd);
    if (!poller.add(this.#fd, this)) {
      this.#libc.close(this.#fd);
      throw new Error("epoll has no room for another socket");
    }
  }

  accept(): Promise<EpollSocket> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#pending = Promise.withResolvers();
    const { promise } = this.#pending;
    this.#try();
    return promise;
  }

  onReady(): void {
    this.#acceptsInARow = 0;
    this.#try();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#poller.close(this.#fd);
    this.#pending?.reject(closed());
    this.#pending = undefined;
  }

  readonly #tryAgain = (): void => {
    this.#acceptsInARow = 0;
    this.#try();
  };

  #try(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    if (++this.#acceptsInARow > ACCEPTS_IN_A_ROW) return void setImmediate(this.#tryAgain);
    this.#peerBytes[0] = SOCKET_ADDRESS_BYTES;
    const fd = this.#libc.accept4(this.#fd, this.#peer, this.#peerBytes, SOCKET.NONBLOCK | SOCKET.CLOEXEC);
    if (fd < 0) return this.#failed(pending, this.#libc.errno());
    this.#pending = undefined;
    pending.resolve(new EpollSocket(fd, decodeSocketAddress(this.#peer).address, this.#poller));
  }

  #failed(pending: PromiseWithResolvers<EpollSocket>, errno: number): void {
    // The next connection is told.
    if (errno === ERRNO.EAGAIN) return;
    if (errno === ERRNO.EINTR) return this.#try();
    this.#pending = undefined;
    const reason = EXHAUSTED[errno];
    // accept(2): errors that the connection already has are passed on as those of accept.
    if (reason === undefined) pending.reject(new Deno.errors.ConnectionReset(`accept failed (os error ${errno})`));
    else pending.reject(new Error(`${reason} (os error ${errno})`));
  }
}

function openSocket(libc: Libc, address: SocketAddress, isShared: boolean): number {
  const encoded = encodeSocketAddress(address);
  const isVersion6 = encoded.length === SOCKET_ADDRESS_BYTES;
  const family = isVersion6 ? SOCKET.AF_INET6 : SOCKET.AF_INET;
  const fd = libc.socket(family, SOCKET.STREAM | SOCKET.NONBLOCK | SOCKET.CLOEXEC, 0);
  if (fd < 0) throw new Error(`socket failed (os error ${libc.errno()})`);
  const set = (level: number, name: number, value: number): boolean =>
    libc.setsockopt(fd, level, name, Int32Array.of(value), Int32Array.BYTES_PER_ELEMENT) === 0;
  const isOpen = set(SOCKET.SOL_SOCKET, SOCKET.SO_REUSEADDR, 1) &&
    (!isShared || set(SOCKET.SOL_SOCKET, SOCKET.SO_REUSEPORT, 1)) &&
    // tcp(7): what is accepted inherits it.
    set(SOCKET.IPPROTO_TCP, SOCKET.TCP_NODELAY, 1) &&
    (!isVersion6 || set(SOCKET.IPPROTO_IPV6, SOCKET.IPV6_V6ONLY, 0)) &&
    libc.bind(fd, encoded, encoded.length) === 0 &&
    libc.listen(fd, BACKLOG) === 0;
  if (isOpen) return fd;
  const errno = libc.errno();
  libc.close(fd);
  const message = `cannot listen on ${address.address}, port ${address.port} (os error ${errno})`;
  if (errno === ERRNO.EADDRINUSE) throw new Deno.errors.AddrInUse(message);
  throw new Error(message);
}

function localAddress(libc: Libc, fd: number): SocketAddress {
  const bytes = new Uint8Array(SOCKET_ADDRESS_BYTES);
  libc.getsockname(fd, bytes, Uint32Array.of(SOCKET_ADDRESS_BYTES));
  return decodeSocketAddress(bytes);
}

function closed(): Error {
  return new Deno.errors.BadResource("the listener is closed");
}
