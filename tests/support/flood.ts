/**
 * A flood from an address of its own, in the test's hands.
 *
 * @module
 */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import type { FloodKind } from "./flood_kinds.ts";
import type { FloodReport } from "./flood_process.ts";

/** Connections that one flood has at a time. */
const LANES = 200;

/** One flood. Disposing of it ends it. */
export class Flood implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Begins one. @param localAddress of this machine, as `127.0.0.9`. */
  static async start(kind: FloodKind, port: number, localAddress: string): Promise<Flood> {
    const flood = new Flood(
      // A flood comes from machines of its own: what it takes of this one it is not to take from those that are measured.
      new Deno.Command("nice", {
        args: [
          ...[
            "-n",
            "19",
            Deno.execPath(),
            "run",
            "-A",
            "--no-prompt",
            pathOfUrl(new URL("flood_process.ts", import.meta.url)),
          ],
          ...[kind, String(port), localAddress, String(LANES)],
        ],
        env: { NO_COLOR: "1" },
        stdin: "piped",
        stdout: "piped",
      }).spawn(),
    );
    await flood.#output.read();
    return flood;
  }

  /** Ends it. */
  async stop(): Promise<FloodReport> {
    await this.#child.stdin.close();
    let text = "";
    for (;;) {
      const { done, value } = await this.#output.read();
      if (done) return JSON.parse(text);
      text += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.stdin.close().catch(() => {}); // It was closed by stop().
    await this.#output.cancel();
    await this.#child.status;
  }
}
