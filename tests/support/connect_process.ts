/**
 * `deno task connect` as a process of its own, piped or on a terminal of its own.
 *
 * @module
 */
import { findProgram } from "./requires.ts";
import { PROJECT } from "./server_process.ts";
import { until } from "./until.ts";

/** What may differ. */
export interface ConnectSetting {
  /** Lets `deno task` say what it runs, which it does unless it is told to be quiet. */
  readonly isLoud?: boolean;
  /** A terminal is stdin, stdout and stderr: what is shown is `out`. Needs `script`. */
  readonly onTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** How it ended. */
export interface ConnectResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One run. Disposing of it kills it, if it still runs, and waits for its end. */
export class ConnectProcess implements AsyncDisposable {
  /** What it has written to stdout so far. */
  out = "";
  /** What it has written to stderr so far. */
  err = "";
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<unknown>;

  constructor(args: readonly string[], { isLoud = false, onTerminal = false, env = {} }: ConnectSetting = {}) {
    const words = [Deno.execPath(), "task", ...(isLoud ? [] : ["-q"]), "connect", ...args];
    const typed = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const [program = "", ...rest] = onTerminal ? [findProgram("script"), "-qec", typed, "/dev/null"] : words;
    this.#child = new Deno.Command(program, {
      args: rest as string[],
      cwd: PROJECT,
      // A signal to the group reaches the task and what it runs, as Ctrl+C does.
      detached: true,
      env: { NO_COLOR: "1", TERM: "xterm", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = Promise.all([
      read(this.#child.stdout, (text) => this.out += text),
      read(this.#child.stderr, (text) => this.err += text),
    ]);
  }

  /** Types or pipes. */
  async type(text: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#keys.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  /** Ends stdin. */
  async endInput(): Promise<void> {
    await this.#keys.close();
  }

  /** Waits until stdout has it, behind `from`. */
  async shows(pattern: RegExp, from = 0): Promise<void> {
    const seen = (): string => `${pattern} in:\n${this.out.slice(from)}\nand on stderr:\n${this.err}`;
    await until(() => pattern.test(this.out.slice(from)), seen);
  }

  /** Waits until stderr has it. */
  async says(pattern: RegExp): Promise<void> {
    await until(() => pattern.test(this.err), () => `${pattern} in:\n${this.err}\nand on stdout:\n${this.out}`);
  }

  /** Ctrl+C where there is no terminal: to the whole group. */
  interrupt(): void {
    try {
      Deno.kill(-this.#child.pid, "SIGINT");
    } catch {
      // It has ended already.
    }
  }

  /** Waits for its end. */
  async result(): Promise<ConnectResult> {
    const { code } = await this.#child.status;
    await this.#reading;
    return { code, out: this.out, err: this.err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      Deno.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#keys.abort().catch(() => {});
    await this.#child.status;
    await this.#reading;
  }
}

/** Runs it with this input, to its end. */
export async function runConnect(
  args: readonly string[],
  input: string | Uint8Array<ArrayBuffer> = "",
  setting: ConnectSetting = {},
): Promise<ConnectResult> {
  await using connect = new ConnectProcess(args, setting);
  await connect.type(input);
  await connect.endInput();
  return await connect.result();
}

async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}
