/**
 * Whether this machine has the epoll transport, and a C library whose answers a test decides.
 *
 * @module
 */
import { EpollUnavailableError, type Libc, openLibc } from "../../lib/gateway/epoll/libc.ts";

/** The C library; undefined where there is none to be had (not Linux). */
export const realLibc: Libc | undefined = tryOpen();

/** Spread into a test's definition: skips it where there is no epoll. */
export const needsEpoll: { readonly ignore: boolean } = { ignore: realLibc === undefined };

function tryOpen(): Libc | undefined {
  try {
    return openLibc();
  } catch (error) {
    if (!(error instanceof EpollUnavailableError) || Deno.build.os === "linux") throw error;
    return undefined;
  }
}

/** Opens files until one has this descriptor, which was just closed; the others are closed again. */
export function reopened<File extends { readonly fd: number }>(fd: number, open: () => File): File {
  const others: number[] = [];
  for (;;) {
    const file = open();
    if (file.fd === fd) {
      for (const other of others) realLibc!.close(other);
      return file;
    }
    others.push(file.fd);
    if (others.length > 100) throw new Error(`descriptor ${fd} is not free`);
  }
}

/** Functions in the place of the library's; one that returns undefined passes its call on. */
export type Answers = {
  readonly [Name in keyof Libc]?: (...args: Parameters<Libc[Name]>) => ReturnType<Libc[Name]> | undefined;
};

/** Calls of the C library, counted by name, and those that a test answers instead of it. */
export class WatchedLibc {
  readonly counts: Partial<Record<keyof Libc, number>> = {};
  /** What `errno` says after a call that the test answered with −1. */
  failure: number | undefined;
  readonly libc: Libc;

  constructor(answers: Answers) {
    const real = realLibc!;
    const names = Object.keys(real) as (keyof Libc)[];
    this.libc = Object.fromEntries(names.map((name) => [name, (...args: unknown[]): unknown => {
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      const answer = (answers[name] as ((...args: unknown[]) => unknown) | undefined)?.(...args);
      return answer ?? (real[name] as (...args: unknown[]) => unknown)(...args);
    }])) as unknown as Libc;
    const errno = this.libc.errno;
    this.libc.errno = () => {
      const failure = this.failure;
      this.failure = undefined;
      return failure ?? errno();
    };
  }

  /** Makes a call fail: `return watched.fail(ERRNO.EAGAIN)`. */
  fail(errno: number): -1 {
    this.failure = errno;
    return -1;
  }
}
