/**
 * Podman with a store of its own, and containers that run as an image's readers are told to run them.
 *
 * @module
 */
import { findProgram } from "./requires.ts";
import { printedBy } from "./written_image.ts";

/** How a container is run. */
export interface ContainerSetting {
  /** Options of `podman run`. */
  readonly options?: readonly string[];
  /** Arguments of the server. */
  readonly args?: readonly string[];
}

/** So long any one thing may take before a test gives up on it. */
const DEADLINE_MS = 20_000;

/** No root, nothing to write to, no capabilities, 256 MiB; limits that a container in a container may set. */
export const CONFINED: readonly string[] = [
  "--read-only",
  "--cap-drop=all",
  "--security-opt=no-new-privileges",
  "--memory=256m",
  "--user=65532:65532",
  "--ulimit=nofile=1024:1024",
  "--ulimit=nproc=1024:1024",
  "--network=host",
];

/** A store. Disposing of it kills what runs, and removes everything. */
export class Podman implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "sockeye-podman-" });
  readonly #containers: Container[] = [];
  #image = "";

  /** Takes in an image by whatever transport podman knows. */
  async pull(source: string): Promise<void> {
    this.#image = (await this.print("pull", "--quiet", source)).trim();
  }

  /** What `podman …` prints. @throws {Error} when it fails. */
  async print(...args: readonly string[]): Promise<string> {
    return await printedBy(findProgram("podman") ?? "podman", [...this.#store(), ...args]);
  }

  /** Starts a container of the image, confined. */
  run({ options = [], args = [] }: ContainerSetting): Container {
    const name = `sockeye-test-${crypto.randomUUID().slice(0, 8)}`;
    const words = [...this.#store(), "run", "--rm", `--name=${name}`, ...CONFINED, ...options, this.#image, ...args];
    const child = new Deno.Command(findProgram("podman") ?? "podman", {
      args: words,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const container = new Container(name, child);
    this.#containers.push(container);
    return container;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const container of this.#containers) {
      if (!container.hasEnded) await this.print("kill", container.name).catch(() => {}); // It may have ended meanwhile.
      await container.ended();
    }
    await this.print("rmi", "--all", "--force");
    await Deno.remove(this.#folder, { recursive: true });
  }

  #store(): readonly string[] {
    const folders = [`--root=${this.#folder}/root`, `--runroot=${this.#folder}/run`, `--tmpdir=${this.#folder}/tmp`];
    return ["--storage-driver=overlay", "--cgroup-manager=cgroupfs", `--runtime=${findProgram("runc")}`, ...folders];
  }
}

/** One container, from its start to its end. */
export class Container {
  readonly name: string;
  readonly startedAt: number = performance.now();
  hasEnded = false;
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  #output = "";

  constructor(name: string, child: Deno.ChildProcess) {
    this.name = name;
    this.#child = child;
    this.#reading = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]);
    child.status.then(() => this.hasEnded = true);
  }

  /** Everything printed so far. */
  output(): string {
    return this.#output;
  }

  /** Resolves when a connection to it is accepted, with the milliseconds since its start. */
  async accepted(port: number): Promise<number> {
    while (!this.hasEnded && performance.now() < this.startedAt + DEADLINE_MS) {
      try {
        using _conn = await Deno.connect({ hostname: "127.0.0.1", port });
        return performance.now() - this.startedAt;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    throw new Error(`nothing listens on ${port} in the container:\n${this.#output}`);
  }

  /** Resolves at its end, with its exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#output += text;
  }
}
