/**
 * The signals that ask a server to stop: the first has it go away in good order, the next ends it.
 *
 * @module
 */

/** Exit codes of a process that was ended by a second signal: 128 and its number. */
export const SIGNAL_EXIT = { INTERRUPTED: 130, TERMINATED: 143 } as const;

/** Those that ask to stop, by system. */
export function stopSignals(os: string = Deno.build.os): readonly Deno.Signal[] {
  return os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
}

/** What ends a server in good order. */
export interface Stop {
  /** Resolves with the reason when the server is to go away. */
  readonly stopping: Promise<string>;
  /** Has it go away: the same as a signal. */
  stop(why: string): void;
}

/** Where signals come from, and how a process ends. */
export interface StopHost {
  addSignalListener(signal: Deno.Signal, handler: () => void): void;
  exit(code: number): void;
}

/**
 * Resolves at the first signal that asks to stop, or when it is asked for; a signal after that ends the process at once.
 *
 * @param ended is called before that.
 */
export function stopAtSignal(ended: () => void = () => {}, host: StopHost = Deno): Stop {
  const { promise, resolve } = Promise.withResolvers<string>();
  let isStopping = false;
  const stop = (why: string): void => {
    isStopping = true;
    resolve(why);
  };
  for (const signal of stopSignals()) {
    host.addSignalListener(signal, () => {
      if (!isStopping) return stop(signal);
      ended();
      host.exit(signal === "SIGTERM" ? SIGNAL_EXIT.TERMINATED : SIGNAL_EXIT.INTERRUPTED);
    });
  }
  return { stopping: promise, stop };
}

/**
 * The same for a process whose parent says when to go, and ends it when that is not soon enough.
 *
 * @param told resolves when the parent says so.
 */
export function stopAtWord(told: Promise<string>, host: Pick<StopHost, "addSignalListener"> = Deno): Stop {
  const { promise, resolve } = Promise.withResolvers<string>();
  // Whoever signals all processes signals this one too, perhaps again and again: it goes once.
  for (const signal of stopSignals()) host.addSignalListener(signal, () => resolve(signal));
  void told.then(resolve);
  return { stopping: promise, stop: resolve };
}
