/**
 * A child process and what it prints: a test waits for words of it, or for its end, and not for a time.
 *
 * @module
 */

/** So long any one thing may take before a test gives up on it. */
const DEADLINE_MS = 30_000;

/** One process, with both of its outputs piped. Disposing of it kills it, if it still runs, and waits for its end. */
export class PrintingChild implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #watchers = new Set<() => void>();
  #output = "";
  #errors = "";
  #hasEnded = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    const errors = this.#read(child.stderr, (text) => void (this.#errors += text));
    this.#reading = Promise.all([this.#read(child.stdout), errors]).then(() => {
      this.#hasEnded = true;
      this.#tell();
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Everything printed so far, stdout and stderr together, in order of arrival. */
  output(): string {
    return this.#output;
  }

  /** What was printed to stderr alone. */
  errors(): string {
    return this.#errors;
  }

  /**
   * Waits until the output matches.
   *
   * @param from where in the output to begin: its length now, to see only what comes.
   * @param deadlineMs when to give up.
   * @throws {Error} with the output, when the process ends without it, or nothing comes for long.
   */
  async printed(pattern: RegExp, from = 0, deadlineMs: number = DEADLINE_MS): Promise<RegExpExecArray> {
    return await this.#until(
      () => {
        const match = pattern.exec(this.#output.slice(from));
        if (match === null && this.#hasEnded) throw new Error(`it ended without printing ${pattern}:\n${this.#output}`);
        return match ?? undefined;
      },
      `print ${pattern}`,
      deadlineMs,
    );
  }

  /** Waits for its end, and for the last of its output. */
  async exited(): Promise<Deno.CommandStatus> {
    await this.#until(() => this.#hasEnded || undefined, "end");
    return await this.#child.status;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#reading;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, also?: (text: string) => void): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#output += text;
      also?.(text);
      this.#tell();
    }
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look();
  }

  /** Looks whenever something was printed, until there is something to see. */
  #until<Seen>(look: () => Seen | undefined, what: string, deadlineMs: number = DEADLINE_MS): Promise<Seen> {
    const { promise, resolve, reject } = Promise.withResolvers<Seen>();
    const watcher = () => {
      try {
        const seen = look();
        if (seen !== undefined) resolve(seen);
      } catch (error) {
        reject(error);
      }
    };
    // deadline: the process never does what is waited for
    const deadline = setTimeout(() => reject(new Error(`it did not ${what}:\n${this.#output}`)), deadlineMs);
    this.#watchers.add(watcher);
    watcher();
    return promise.finally(() => {
      clearTimeout(deadline);
      this.#watchers.delete(watcher);
    });
  }
}
