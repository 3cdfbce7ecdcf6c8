/**
 * A server that is killed, and started again where it was.
 *
 * @module
 */
import { type ServerProcess, type ServerSetting, startServer } from "./server_process.ts";

/** One server after the other on one port. Disposing of it kills the last. */
export class RestartableServer implements AsyncDisposable {
  readonly #setting: ServerSetting;
  #process: ServerProcess;

  private constructor(setting: ServerSetting, process: ServerProcess) {
    this.#setting = setting;
    this.#process = process;
  }

  static async start(setting: ServerSetting): Promise<RestartableServer> {
    return new RestartableServer(setting, await startServer(setting));
  }

  /** The one that runs, or ran last. */
  get process(): ServerProcess {
    return this.#process;
  }

  /** Stays the same: `ws://127.0.0.1:12345`. */
  get url(): string {
    return this.#process.url.replace("http", "ws");
  }

  /** Resolves when it is gone. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    this.#process.kill(signal);
    await this.#process.exited();
  }

  /** Starts it again on its port. */
  async restart(): Promise<void> {
    const { port } = this.#process;
    await this.#process[Symbol.asyncDispose]();
    const { args = [] } = this.#setting;
    this.#process = await startServer({ ...this.#setting, args: [...args, "--port", String(port)] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
