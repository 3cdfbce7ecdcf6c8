/**
 * A channel to a process: batches through its standard input and output, what it says otherwise to the log.
 *
 * @module
 */
import { messageOf } from "../../route/table.ts";
import type { Channel, ChannelEvents } from "./channel.ts";
import { RecordReader } from "./record_reader.ts";
import { MAX_RECORD_BYTES, WireError } from "./wire.ts";

/** What a process is started with. */
export interface ProcessCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it is started: nothing of ours. */
  readonly folder: string;
  /** What it is sent before all records. */
  readonly input: Uint8Array<ArrayBuffer>;
}

/** Whom a process channel tells. */
export interface ProcessEvents extends ChannelEvents {
  /** A line of its standard error. */
  onLine(line: string): void;
}

/** Longer lines are cut. */
const MAX_LINE_CHARACTERS = 4096;

/** The place of route code that has a process. */
export class ProcessChannel implements Channel {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #events: ProcessEvents;
  #reason: string | undefined;

  /** @throws {Deno.errors.NotCapable} when this process may start none. */
  constructor({ command, args, env, folder, input }: ProcessCommand, events: ProcessEvents) {
    this.#events = events;
    this.#child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      clearEnv: true,
      cwd: folder,
      // Ctrl+C in a terminal is for the server, which goes away in good order.
      detached: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    void this.send(input);
    void this.#run();
  }

  /** The process's number. */
  get pid(): number {
    return this.#child.pid;
  }

  async send(batch: Uint8Array<ArrayBuffer>): Promise<void> {
    // A process that is gone says so by its end.
    await this.#writer.write(batch).catch(() => {});
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  async #run(): Promise<void> {
    const lines = this.#readLines();
    await this.#readRecords();
    const { code, signal } = await this.#child.status;
    await lines;
    await this.#writer.close().catch(() => {}); // Nobody reads any more.
    this.#events.onClosed(this.#reason ?? (signal === null ? `it exited with ${code}` : `it was ended by ${signal}`));
  }

  async #readRecords(): Promise<void> {
    const reader = new RecordReader(MAX_RECORD_BYTES, this.#events.take);
    try {
      for await (const chunk of this.#child.stdout) reader.push(chunk);
    } catch (error) {
      this.#reason = error instanceof WireError
        ? `it broke the rules of its channel: ${error.message}`
        : `its output cannot be read: ${messageOf(error)}`;
      this.kill();
    }
  }

  async #readLines(): Promise<void> {
    const decoder = new TextDecoder();
    let line = "";
    for await (const chunk of this.#child.stderr) {
      const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
      line = (line + first).slice(0, MAX_LINE_CHARACTERS);
      for (const next of others) {
        this.#events.onLine(line);
        line = next.slice(0, MAX_LINE_CHARACTERS);
      }
    }
    if (line !== "") this.#events.onLine(line);
  }
}
