/**
 * A connection from its 101 to its end: what is typed or piped goes out, what comes is shown, and who closed it and how
 * is remembered.
 *
 * @module
 */
import { CLOSE_CODE, encodeClosePayload, isWireCloseCode, OPCODE, ProtocolError, VIOLATIONS } from "../frame/mod.ts";
import { type Command, commandHelp } from "./command.ts";
import type { Display } from "./display.ts";
import type { Incoming, RawClient } from "./raw_client.ts";
import { shownLine } from "./shown_text.ts";

/** How it ended. */
export interface Ending {
  /** 1005 and 1006 as RFC 6455 §7.1.5 has them. */
  readonly code: number;
  readonly reason: string;
  /** True when our Close frame was the first, and was answered. */
  readonly isOurs: boolean;
}

/** What it needs beside the connection. */
export interface ConversationOptions {
  readonly client: RawClient;
  readonly display: Display;
  /** Closes after so many messages have come. */
  readonly count: number;
  /** After the end of the input: so long nothing may come before it is closed. */
  readonly waitMs: number;
  readFile(path: string): Promise<Uint8Array>;
  /** In milliseconds. */
  now(): number;
  /** Default: {@linkcode CLOSE_TIMEOUT_MS}. */
  readonly closeTimeoutMs?: number;
}

/** So long the other side may take to answer our Close frame, or to end the connection after its own. */
export const CLOSE_TIMEOUT_MS = 2_000;

/** See the module. Run once. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #client: RawClient;
  readonly #display: Display;
  #messages = 0;
  /** What is under way to be written: frames must not be mixed up. */
  #writing: Promise<unknown> = Promise.resolve();
  #pingSentAt: number | undefined;
  #isClosing = false;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #isIdling = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#display = options.display;
  }

  /** True from the first Close frame on, theirs or ours: nothing can be sent any more. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Reads to the end of the connection. */
  async run(): Promise<Ending> {
    try {
      for (;;) {
        const incoming = await this.#client.next();
        const ending = this.#take(incoming);
        if (ending !== undefined) return await this.#finish(ending);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return await this.#fail(error);
    } finally {
      clearTimeout(this.#idle);
      clearTimeout(this.#deadline);
      this.#client[Symbol.dispose]();
    }
  }

  /** Does what was typed. What cannot be done is said. */
  async obey(command: Command): Promise<void> {
    const client = this.#client;
    // RFC 6455 §5.5.1: "The application MUST NOT send any more data frames after sending a Close frame."
    if (this.#isClosing && command.kind !== "help") return this.#display.notice("not sent: the connection is closing");
    switch (command.kind) {
      case "text":
        return await this.#write(() => client.sendText(command.text));
      case "binary":
        return await this.#write(() => client.sendBinary(command.bytes));
      case "ping":
        this.#pingSentAt = this.#options.now();
        return await this.#write(() => client.ping(command.payload));
      case "pong":
        return await this.#write(() => client.pong(command.payload));
      case "fragments":
        return await this.#write(() => this.#sendFragments(command.parts));
      case "raw":
        return await this.#write(() => client.write(command.bytes));
      case "close":
        return await this.close(command.code, command.reason);
      case "file":
        return await this.#sendFile(command.path);
      case "help":
        return this.#display.help(commandHelp());
    }
  }

  /** There is nothing more to send: closes when nothing has come for a while. */
  endInput(): void {
    this.#isIdling = this.#options.waitMs !== Infinity;
    this.#awaitSilence();
  }

  /** Sends a Close frame, unless one was sent. */
  async close(code: number, reason = ""): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#endSoon();
    await this.#write(() => this.#client.close(code, reason));
  }

  /** @returns how it ended, when this is the end. */
  #take(incoming: Incoming): Ending | undefined {
    switch (incoming.kind) {
      case "text":
      case "binary":
        return void this.#takeMessage(incoming);
      case "ping":
        return void this.#write(() => this.#client.pong(incoming.bytes));
      case "pong":
        return void this.#takePong(incoming.bytes);
      case "close":
        return { code: incoming.code, reason: incoming.reason, isOurs: this.#isClosing };
      case "end":
        return abnormal(this.#isClosing ? "the Close frame was not answered" : "it ended without a Close frame");
      case "reset":
        return abnormal(this.#isClosing ? "the Close frame was not answered in time" : "it was reset");
    }
  }

  #takeMessage(message: Extract<Incoming, { readonly kind: "text" | "binary" }>): void {
    if (this.#messages >= this.#options.count) return;
    this.#messages++;
    this.#display.message(message);
    if (this.#messages >= this.#options.count) void this.close(CLOSE_CODE.NORMAL);
    else this.#awaitSilence();
  }

  #takePong(bytes: Uint8Array): void {
    const payload = bytes.length === 0 ? "" : ` ${shownLine(new TextDecoder().decode(bytes))}`;
    const took = this.#pingSentAt === undefined
      ? ""
      : ` after ${(this.#options.now() - this.#pingSentAt).toFixed(1)} ms`;
    this.#pingSentAt = undefined;
    this.#display.notice(`pong${payload}${took}`);
  }

  #awaitSilence(): void {
    clearTimeout(this.#idle);
    if (!this.#isIdling || this.#isClosing) return;
    this.#idle = setTimeout(() => void this.close(CLOSE_CODE.NORMAL), this.#options.waitMs);
  }

  async #sendFragments(parts: readonly string[]): Promise<void> {
    for (const [at, part] of parts.entries()) {
      await this.#client.send(at === 0 ? OPCODE.TEXT : OPCODE.CONTINUATION, part, { fin: at === parts.length - 1 });
    }
  }

  async #sendFile(path: string): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = await this.#options.readFile(path);
    } catch (error) {
      return this.#display.complain(`not sent: ${(error as Error).message}`);
    }
    const text = utf8(bytes);
    await this.#write(() => text === undefined ? this.#client.sendBinary(bytes) : this.#client.sendText(text));
  }

  /** The other side's Close frame is answered with its own code, and the end of the connection is left to it. §5.5.1. */
  async #finish(ending: Ending): Promise<Ending> {
    if (ending.code === CLOSE_CODE.ABNORMAL) return ending;
    if (!this.#isClosing) {
      this.#isClosing = true;
      const payload = isWireCloseCode(ending.code) ? encodeClosePayload(ending.code, "") : new Uint8Array(0);
      void this.#write(() => this.#client.send(OPCODE.CLOSE, payload));
    }
    this.#endSoon();
    await this.#client.ending();
    return ending;
  }

  /** The server broke a rule. RFC 6455 §7.1.7: a Close frame says which kind, and the connection is ended. */
  async #fail({ violation }: ProtocolError): Promise<Ending> {
    const { closeCode: code, section, sentence: reason } = VIOLATIONS[violation];
    this.#display.complain(`the server broke a rule: ${reason} (${section})`);
    if (!this.#isClosing) {
      this.#endSoon();
      await this.#write(() => this.#client.close(code, ""));
    }
    return { code, reason, isOurs: false };
  }

  /** From here on it may not take for ever. */
  #endSoon(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#deadline);
    const { closeTimeoutMs = CLOSE_TIMEOUT_MS } = this.#options;
    this.#deadline = setTimeout(() => this.#client[Symbol.dispose](), closeTimeoutMs);
  }

  /** One after the other. What can no longer be written is told by what is read: the end. */
  #write(write: () => Promise<void>): Promise<void> {
    const written = this.#writing.then(write).catch((error: Error) => {
      if (!isGone(error)) this.#display.complain(`not sent: ${error.message}`);
    });
    this.#writing = written;
    return written;
  }
}

/** The connection has ended, theirs or by us. */
function isGone(error: unknown): boolean {
  const { BadResource, BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, NotConnected } = Deno.errors;
  return [BadResource, BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, NotConnected]
    .some((kind) => error instanceof kind);
}

function abnormal(reason: string): Ending {
  return { code: CLOSE_CODE.ABNORMAL, reason, isOurs: false };
}

/** Undefined for what is not UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // Not UTF-8: it is binary then.
  }
}
