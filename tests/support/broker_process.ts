/**
 * A broker of somebody else as a child process: on a free port of 127.0.0.1, with a folder of its own, in the test's hands.
 *
 * @module
 */
import { freeze } from "./other_process.ts";
import { PrintingChild } from "./printing_child.ts";

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

/** A broker. Disposing of it kills it, if it still runs, and removes its folder. */
export class BrokerProcess implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #program: BrokerProgram;
  #life: PrintingChild | undefined;

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
    this.#life = new PrintingChild(new Deno.Command(path, { ...own, ...PIPES }).spawn());
    await this.#life.printed(ready);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#life?.[Symbol.asyncDispose]();
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
