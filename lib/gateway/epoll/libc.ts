/**
 * The functions of the C library that are used here, and how the library is found.
 *
 * @module
 */
import { messageOf } from "../../route/table.ts";
import { ERRNO } from "./linux.ts";

/**
 * Calls of the C library. Each returns −1 when it fails, and {@linkcode errno} says why: to be asked at once, before any
 * other call.
 */
export interface Libc {
  errno(): number;
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Int32Array<ArrayBuffer>, length: number): number;
  bind(fd: number, address: Uint8Array<ArrayBuffer>, length: number): number;
  listen(fd: number, backlog: number): number;
  getsockname(fd: number, address: Uint8Array<ArrayBuffer>, length: Uint32Array<ArrayBuffer>): number;
  accept4(fd: number, address: Uint8Array<ArrayBuffer>, length: Uint32Array<ArrayBuffer>, flags: number): number;
  recv(fd: number, buffer: Uint8Array<ArrayBuffer>, length: number, flags: number): number;
  send(fd: number, bytes: Uint8Array<ArrayBuffer>, length: number, flags: number): number;
  shutdown(fd: number, how: number): number;
  close(fd: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: Uint8Array<ArrayBuffer>): number;
  epoll_wait(epoll: number, events: Uint8Array<ArrayBuffer>, length: number, timeoutMs: number): number;
  /** The same on another thread, while this one goes on. The events must not be touched meanwhile. */
  waitApart(epoll: number, events: Uint8Array<ArrayBuffer>, length: number, timeoutMs: number): Promise<number>;
  eventfd(count: number, flags: number): number;
  eventfd_write(fd: number, count: bigint): number;
  /** Gives memory that was freed back to the system, on another thread. Nothing where the library has no such call. */
  trimApart(): Promise<void>;
}

/** The transport cannot be had here: why, and what to do. */
export class EpollUnavailableError extends Error {
  override readonly name = "EpollUnavailableError";
}

/** What of a machine decides where its C library is. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
  /** As in `Deno.build.target`. */
  readonly target: string;
}

/**
 * Where the C library may lie that Deno itself runs with, likeliest first: never another one, for two of them in one
 * process would share nothing but the name. Empty where there is no epoll.
 */
export function libcPaths({ os, arch, target }: Platform): readonly string[] {
  if (os !== "linux" || (arch !== "x86_64" && arch !== "aarch64")) return [];
  // musl's library is its loader as well, under both names.
  if (target.endsWith("-musl")) return [`/lib/ld-musl-${arch}.so.1`, `/lib/libc.musl-${arch}.so.1`];
  return [
    `/lib/${arch}-linux-gnu/libc.so.6`, // Debian, Ubuntu
    `/usr/lib/${arch}-linux-gnu/libc.so.6`,
    "/lib64/libc.so.6", // Fedora, SUSE, Arch
    "/usr/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    "/usr/local/lib/libc.so.6", // the image denoland/deno:alpine
  ];
}

/** Its name alone: the loader then gives the very one that this process has. Needs the permission for all libraries. */
function libcName({ arch, target }: Platform): string {
  return target.endsWith("-musl") ? `libc.musl-${arch}.so.1` : "libc.so.6";
}

const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  memcpy: { parameters: ["buffer", "pointer", "usize"], result: "void" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  // Their lengths are size_t: all of the register counts. Their results are ssize_t, of which the lower half says it all
  // (one call moves less than 2 GiB), and costs no BigInt.
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  waitApart: { name: "epoll_wait", parameters: ["i32", "buffer", "i32", "i32"], result: "i32", nonblocking: true },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  eventfd_write: { parameters: ["i32", "u64"], result: "i32" },
  // glibc alone has it, and needs it: it keeps what was freed.
  malloc_trim: { parameters: ["usize"], result: "i32", nonblocking: true, optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * Opens the C library. It stays open as long as the process lives.
 *
 * @throws {EpollUnavailableError} that says what is missing and what to do.
 */
export function openLibc(platform: Platform = Deno.build): Libc {
  const paths = libcPaths(platform);
  if (paths.length === 0) {
    throw new EpollUnavailableError(`it needs Linux on x64 or arm64, and this is ${platform.os} on ${platform.arch}`);
  }
  const isGranted = (path?: string): boolean =>
    Deno.permissions.querySync({ name: "ffi", ...path === undefined ? {} : { path } }).state === "granted";
  const allowed = isGranted() ? [libcName(platform), ...paths] : paths.filter(isGranted);
  if (allowed.length === 0) {
    throw new EpollUnavailableError(
      `it needs the flag --allow-ffi=${paths.join(",")} (the C library lies at one of these)`,
    );
  }
  const problems: string[] = [];
  for (const path of allowed) {
    try {
      return checked(bindLibc(path), path);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  throw new EpollUnavailableError(
    `the C library could not be opened (${problems.at(-1)}); tried ${allowed.join(", ")}: ` +
      `it needs --allow-ffi=${paths.join(",")}`,
  );
}

/** @throws when there is no such library, or one without these functions. */
function bindLibc(path: string): Libc {
  const { symbols } = Deno.dlopen(path, SYMBOLS);
  const { __errno_location, memcpy, recv, send, malloc_trim, ...calls } = symbols;
  // errno is a variable of this thread, and this thread runs all of this isolate.
  const location = __errno_location();
  const errno = new Int32Array(1);
  return {
    ...calls,
    recv: (fd, buffer, length, flags) => recv(fd, buffer, sizeOf(length), flags),
    send: (fd, bytes, length, flags) => send(fd, bytes, sizeOf(length), flags),
    trimApart: async () => void await malloc_trim?.(KEEP_BYTES),
    errno() {
      memcpy(errno, location, ERRNO_BYTES);
      return errno[0]!;
    },
  };
}

const ERRNO_BYTES = 4n;
/** What may stay at the top of the heap. */
const KEEP_BYTES = 0n;

/**
 * A `size_t`. It is a BigInt to Deno, and has to be one: numbers are taken too, but by a path of their own, and compiled
 * code is thrown away for each. Those of most reads and writes are made once.
 */
function sizeOf(length: number): bigint {
  return length < SIZES.length ? SIZES[length]! : BigInt(length);
}

const SIZES: readonly bigint[] = Array.from({ length: 4096 }, (_, size) => BigInt(size));

/** Tried before it is relied on: a library that is not the one Deno runs with may keep its errors elsewhere. */
function checked(libc: Libc, path: string): Libc {
  if (libc.close(-1) === -1 && libc.errno() === ERRNO.EBADF) return libc;
  throw new EpollUnavailableError(`${path} does not answer as the C library of this process would`);
}
