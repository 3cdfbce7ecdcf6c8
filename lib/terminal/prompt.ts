/**
 * The line that is being typed: editing, history, the tab key; and messages that come meanwhile, written above it.
 *
 * `node:readline` does the editing. What it writes goes through a stream of ours that writes at once, so that it and
 * what is written above it keep their order.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { type Readable, Writable } from "node:stream";

/** What the prompt needs of the outside. */
export interface PromptOptions {
  /** Writes all of it before it returns. */
  write(bytes: Uint8Array): void;
  /** Characters in a line of the terminal. */
  columns(): number;
  /** What the tab key makes of what is typed. */
  complete(line: string): readonly string[];
  /** Ctrl+C. */
  onInterrupt(): void;
  /** Default: stdin. */
  readonly input?: Readable;
}

/** A prompt on the terminal that stdin is. */
export class Prompt implements Disposable {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #readline: Interface & { prevRows?: number };
  #isOpen = true;

  constructor({ write, columns, complete, onInterrupt, input = process.stdin }: PromptOptions) {
    this.#write = write;
    const output = new Writable({
      decodeStrings: true,
      write(chunk: Buffer, _encoding, done) {
        write(chunk);
        done();
      },
    });
    Object.defineProperties(output, { isTTY: { value: true }, columns: { get: columns } });
    this.#readline = createInterface({
      input,
      output,
      terminal: true,
      prompt: "> ",
      historySize: 1_000,
      removeHistoryDuplicates: true,
      completer: (line: string) => [complete(line), line],
    });
    this.#readline.on("SIGINT", onInterrupt);
    this.#readline.on("close", () => void (this.#isOpen = false));
  }

  /** Each line that is typed, until Ctrl+D. */
  async *lines(): AsyncGenerator<string> {
    this.#readline.prompt();
    for await (const line of this.#readline) {
      yield line;
      if (this.#isOpen) this.#readline.prompt();
    }
  }

  /** Writes lines above the one that is being typed, which then stands below them as it was. */
  above(write: () => void): void {
    if (!this.#isOpen) return write();
    const { rows } = this.#readline.getCursorPos();
    this.#write(encoder.encode(`${rows > 0 ? `\x1b[${rows}A` : ""}\r\x1b[0J`));
    write();
    // readline would go up to where it began the line: it begins here now.
    this.#readline.prevRows = 0;
    this.#readline.prompt(true);
  }

  /** Gives the terminal back as it was. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    const { rows } = this.#readline.getCursorPos();
    this.#write(encoder.encode(`${rows > 0 ? `\x1b[${rows}A` : ""}\r\x1b[0J`));
    this.#readline.close();
  }
}

const encoder = new TextEncoder();
