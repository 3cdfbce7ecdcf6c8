/**
 * A broker of somebody else as a child process: on a free port of 127.0.0.1, with a folder of its own, in the test's hands.
 *
 * @module
 */
import { freeze } from "./other_process.ts";

/** How one kind of broker is started. */
export interface BrokerProgram {
  /** Absolute path. */
  readonly path: string;
  /** Arguments for this port and folder. */
  args(port: number, folder: string): readonly string[];
  /** Added to its environment, for this folder. */
  env?(folder: string): Readonly<Record<string, string>>;
  /** What it prints when it can be connected to. */
  readonly ready: RegExp;
}

/** So long any one thing may take before a test gives up on it. */
const DEADLINE_MS = 15_000;

/** A broker. Disposing of it kills it, if it still runs, and removes its folder. */
export class BrokerProcess implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #program: BrokerProgram;
  #life: Life | undefined;

  private constructor(program: BrokerProgram, port: number, folder: string) {
    this.#program = program;
    this.port = port;
    this.folder = folder;
  }

  /** Of the process that runs now; undefined between a kill and a restart. */
  get pid(): number | undefined {
    return this.#life?.pid;
  }

  /** Starts one, and resolves when it can be connected to. */
  static async start(program: BrokerProgram): Promise<BrokerProcess> {
    const broker = new BrokerProcess(program, freePort(), await Deno.makeTempDir({ prefix: "sockeye-broker-" }));
    try {
      await broker.restart();
      return broker;
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts it again on the same port, with what it has in its folder. */
  async restart(): Promise<void> {
    const { path, args, env, ready } = this.#program;
    const own = { args: [...args(this.port, this.folder)], env: { ...env?.(this.folder) } };
    this.#life = new Life(new Deno.Command(path, { ...own, ...PIPES }).spawn());
    await this.#life.printed(ready);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#life?.kill();
    this.#life = undefined;
  }

  /** Stops it (SIGSTOP) for so long; resolves when it goes on. */
  async freeze(seconds: number): Promise<void> {
    const pid = this.pid;
    if (pid === undefined) throw new Error("the broker does not run");
    await freeze(pid, seconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const PIPES = { stdin: "null", stdout: "piped", stderr: "piped" } as const;

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** From one start to its end. */
class Life {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  #output = "";
  #look = () => {};

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  async printed(pattern: RegExp): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // deadline: it never becomes ready
    const deadline = setTimeout(() => reject(new Error(`it did not print ${pattern}:\n${this.#output}`)), DEADLINE_MS);
    this.#look = () => {
      if (pattern.test(this.#output)) resolve();
    };
    this.#look();
    this.#reading.then(() => reject(new Error(`it ended without printing ${pattern}:\n${this.#output}`)));
    await promise.finally(() => clearTimeout(deadline));
  }

  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#reading;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#output += text;
      this.#look();
    }
  }
}
