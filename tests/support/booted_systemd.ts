/**
 * A systemd of its own: a Debian that systemd-nspawn has booted, on the network of this machine.
 *
 * @module
 */
import { debianBase } from "./debian_base.ts";
import { withDescendants } from "./other_process.ts";
import { findProgram } from "./requires.ts";
import { until } from "./until.ts";
import { printedBy } from "./written_image.ts";

/** So long a boot may take on a busy machine. */
const BOOT_MS = 120_000;

/** One machine. Disposing of it halts it, and removes its files. */
export class BootedSystemd implements AsyncDisposable {
  /** Its root, for who puts files there before it is booted, and looks at them after. */
  readonly root: string;
  #child: Deno.ChildProcess | undefined;
  #output = "";

  private constructor(root: string) {
    this.root = root;
  }

  /** Its files, not booted yet. */
  static async unpack(): Promise<BootedSystemd> {
    const root = await Deno.makeTempDir({ prefix: "sockeye-nspawn-" });
    await printedBy("tar", ["-C", root, "-xf", await debianBase()]);
    return new BootedSystemd(root);
  }

  /** Boots, and resolves when its systemd takes orders. */
  async boot(): Promise<void> {
    const child = new Deno.Command(findProgram("systemd-nspawn")!, {
      args: ["--quiet", "--register=no", "--keep-unit", "--console=pipe", `--directory=${this.root}`, "--boot"],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) void this.#read(stream);
    const socket = `${this.root}/run/systemd/private`;
    await until(() => this.#init() !== undefined, () => `it does not boot:\n${this.#output}`, BOOT_MS);
    // What is mounted in the container is seen through its first process alone.
    const seen = () => exists(`/proc/${this.#init()}/root/run/systemd/private`);
    await until(seen, () => `there is no ${socket}:\n${this.#output}`, BOOT_MS);
  }

  /** What a program prints within. @throws {Error} when it fails. */
  async print(...words: readonly string[]): Promise<string> {
    return await printedBy("nsenter", [`--target=${this.#init()}`, "--mount", "--uts", "--ipc", "--pid", ...words]);
  }

  /** Properties of a unit, in the order of their names. */
  async unit(name: string, ...properties: readonly string[]): Promise<readonly string[]> {
    const text = await this.print("systemctl", "show", name, ...properties.map((own) => `--property=${own}`));
    return text.trim().split("\n").sort();
  }

  /** The process of this machine that has this number within. */
  processOf(pid: number): string {
    const own = withDescendants(this.#child!.pid).map((outer) => `/proc/${outer}`);
    const inner = (path: string) => /^NSpid:.*\s(\d+)$/m.exec(Deno.readTextFileSync(`${path}/status`))?.[1];
    const found = own.find((path) => inner(path) === String(pid));
    if (found === undefined) throw new Error(`there is no process ${pid} within:\n${this.#output}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) {
      // Halts it in good order; at the second signal at once.
      this.#child.kill("SIGTERM");
      await this.#child.status;
    }
    await Deno.remove(this.root, { recursive: true });
  }

  #init(): number | undefined {
    return withDescendants(this.#child!.pid).find((pid) => {
      try {
        return Deno.readTextFileSync(`/proc/${pid}/comm`) === "systemd\n" &&
          /^NSpid:.*\s1$/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
      } catch {
        return false; // It has ended in the meantime.
      }
    });
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#output += text;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false; // Not yet, or not to be seen: who waits asks again.
  }
}
