/**
 * A crowd's process, in the hands of the soak.
 *
 * @module
 */
import type { CrowdKind, CrowdOrder, CrowdReport } from "./crowd_kinds.ts";

/** So long a crowd may take to connect, and to end. */
const DEADLINE_MS = 180_000;

/** One process. Disposing of it kills it, if it still runs. */
export class CrowdProcess implements AsyncDisposable {
  readonly kind: CrowdKind;
  readonly #child: Deno.ChildProcess;
  readonly #words: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #read = "";

  private constructor(kind: CrowdKind, order: CrowdOrder) {
    this.kind = kind;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-prompt",
        new URL("crowd_process.ts", import.meta.url).pathname,
        kind,
        JSON.stringify(order),
      ],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#words = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts one; resolves when all of it is connected. */
  static async start(kind: CrowdKind, order: CrowdOrder): Promise<CrowdProcess> {
    const crowd = new CrowdProcess(kind, order);
    try {
      await crowd.#line();
      return crowd;
    } catch (error) {
      await crowd[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** From now on it is measured. */
  async begin(): Promise<void> {
    await this.#say("begin");
  }

  /** Ends it. @throws {Error} when it has ended without a word. */
  async stop(): Promise<CrowdReport> {
    await this.#say("stop");
    return JSON.parse(await this.#line());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#words.abort().catch(() => {}); // Nobody reads any more.
    await this.#lines.cancel();
    await this.#child.status;
  }

  async #say(word: string): Promise<void> {
    await this.#words.write(new TextEncoder().encode(`${word}\n`)).catch(() => {}); // Its end is told by its silence.
  }

  async #line(): Promise<string> {
    // deadline: a crowd that says nothing is killed, and so its output ends
    const deadline = setTimeout(() => this.#child.kill("SIGKILL"), DEADLINE_MS);
    try {
      while (!this.#read.includes("\n")) {
        const { done, value } = await this.#lines.read();
        if (done) throw new Error(`the process of "${this.kind}" has ended`);
        this.#read += value;
      }
    } finally {
      clearTimeout(deadline);
    }
    const end = this.#read.indexOf("\n");
    const line = this.#read.slice(0, end);
    this.#read = this.#read.slice(end + 1);
    return line;
  }
}
