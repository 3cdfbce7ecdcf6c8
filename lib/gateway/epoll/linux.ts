/**
 * Numbers of Linux's system calls that are used here: the same on x64 and arm64, except the layout of an event.
 *
 * @module
 */

/** Socket families, types, options. Source: `asm-generic/socket.h`, `linux/in6.h`, `linux/tcp.h`. */
export const SOCKET = {
  AF_INET: 2,
  AF_INET6: 10,
  STREAM: 1,
  NONBLOCK: 0o4000,
  CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_REUSEPORT: 15,
  IPPROTO_TCP: 6,
  TCP_NODELAY: 1,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  /** A peer that is gone is an error of `send`, not a signal. */
  MSG_NOSIGNAL: 0x4000,
  SHUT_WR: 1,
} as const;

/** Operations and events of epoll. Source: `linux/eventpoll.h`. */
export const EPOLL = {
  CLOEXEC: 0o2000000,
  ADD: 1,
  IN: 0x001,
  OUT: 0x004,
  ERR: 0x008,
  HUP: 0x010,
  RDHUP: 0x2000,
  /** Told once for each change, and not as long as it holds. */
  EDGE: 0x80000000,
} as const;

/** Errors that are told apart. Source: `asm-generic/errno-base.h`, `asm-generic/errno.h`. */
export const ERRNO = {
  EINTR: 4,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  ENFILE: 23,
  EMFILE: 24,
  EADDRINUSE: 98,
  ENOBUFS: 105,
} as const;

/** How an `epoll_event` lies in memory, in words of four bytes. */
export interface EventLayout {
  readonly words: number;
  /** Word at which its 64 bits of ours begin; the events stand in word 0. */
  readonly ownAt: number;
}

/** By `Deno.build.arch`. x64 packs the structure (12 bytes), others align it (16 bytes). */
export const EVENT_LAYOUTS: Readonly<Record<string, EventLayout>> = {
  x86_64: { words: 3, ownAt: 1 },
  aarch64: { words: 4, ownAt: 2 },
};
