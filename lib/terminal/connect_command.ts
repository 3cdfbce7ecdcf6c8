/**
 * `deno task connect`: a WebSocket client for the terminal. docs/CONNECT.md says how it is used.
 *
 * @module
 */
import denoConfig from "../../deno.json" with { type: "json" };
import { CLOSE_CODE } from "../frame/mod.ts";
import { ArgumentError, connectHelp, type ConnectOrder, parseArguments } from "./arguments.ts";
import { CommandError, commandHelp, completions, parseCommand } from "./command.ts";
import { Conversation, type Ending, utf8 } from "./conversation.ts";
import { dial, DialError } from "./dial.ts";
import { Display } from "./display.ts";
import { bytesOfHex } from "./hex_text.ts";
import { inputLines } from "./input_lines.ts";
import { RefusedError } from "./opening.ts";
import { Prompt } from "./prompt.ts";
import { shownLine } from "./shown_text.ts";

/** Exit codes, as the help has them. */
const EXIT = { CLOSED: 0, NOT_CONNECTED: 1, WRONG_ARGUMENT: 2, CLOSED_BADLY: 3, INTERRUPTED: 130 } as const;

/** One Ctrl+C comes twice: from the terminal to the whole group, and passed on by `deno task`, which gets it as well. */
const SAME_INTERRUPT_MS = 500;

/** Codes after which nothing was wrong. */
const CLEAN_CODES: readonly number[] = [CLOSE_CODE.NORMAL, CLOSE_CODE.GOING_AWAY, CLOSE_CODE.NO_STATUS];

/** The exit code that goes with how it ended. */
export function exitCodeOf({ isOurs, code }: Ending): number {
  return isOurs || CLEAN_CODES.includes(code) ? EXIT.CLOSED : EXIT.CLOSED_BADLY;
}

/** `closed 1011 internal error`. */
export function endingText({ code, reason }: Ending): string {
  return `closed ${code}${reason === "" ? "" : ` ${shownLine(reason)}`}`;
}

/** One run of the command. */
class Run {
  readonly #order: ConnectOrder;
  readonly #display: Display;
  readonly #isInteractive = Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  #prompt: Prompt | undefined;
  #conversation: Conversation | undefined;
  /** When Ctrl+C came first, in milliseconds. */
  #interruptedAt: number | undefined;
  /** Input that cannot be sent. */
  #isWrong = false;
  /** Whoever read stdout has gone. */
  #isUnread = false;

  constructor(order: ConnectOrder) {
    this.#order = order;
    const above = (write: () => void): void => this.#prompt === undefined ? write() : this.#prompt.above(write);
    const sinks = {
      out: (bytes: Uint8Array) => above(() => this.#print(bytes)),
      err: (bytes: Uint8Array) => above(() => writeIfRead(Deno.stderr, bytes)),
    };
    this.#display = new Display(sinks, {
      isInteractive: this.#isInteractive,
      outIsTerminal: Deno.stdout.isTerminal(),
      errIsTerminal: Deno.stderr.isTerminal(),
      hasColours: !Deno.noColor,
      isVerbose: order.isVerbose,
      indentsJson: order.indentsJson,
      writesRaw: order.writesRaw,
      now: () => Date.now(),
    });
  }

  /** @returns the exit code. */
  async run(): Promise<number> {
    const display = this.#display;
    Deno.addSignalListener("SIGINT", this.#interrupt);
    try {
      const tap = display.tap();
      const client = await dial(this.#order, display, tap);
      const { subprotocol, deflate } = client.opening;
      const terms = [subprotocol ?? "", deflate === undefined ? "" : "permessage-deflate"].filter((term) =>
        term !== ""
      );
      display.notice(`connected to ${this.#order.address.url}${terms.length > 0 ? ` (${terms.join(", ")})` : ""}`);
      const { count, waitMs, subprotocols } = this.#order;
      // A browser would fail the connection. RFC 6455 §4.1 lets a client go on.
      if (subprotocol === undefined && subprotocols.length > 0) {
        display.complain(`the server chose none of the subprotocols: ${subprotocols.join(", ")}`);
      }
      const readFile = (path: string): Promise<Uint8Array> => Deno.readFile(path);
      const now = (): number => performance.now();
      const conversation = new Conversation({ client, display, count, waitMs, readFile, now });
      this.#conversation = conversation;
      void this.#speak(conversation).catch((error: Error) => display.complain(`the input failed: ${error.message}`));
      const ending = await conversation.run();
      tap?.end();
      return this.#end(ending);
    } catch (error) {
      if (!(error instanceof RefusedError || error instanceof DialError)) throw error;
      display.complain(error instanceof RefusedError ? refusalText(error) : error.message);
      return EXIT.NOT_CONNECTED;
    } finally {
      this.#prompt?.[Symbol.dispose]();
      Deno.removeSignalListener("SIGINT", this.#interrupt);
    }
  }

  #end(ending: Ending): number {
    this.#prompt?.[Symbol.dispose]();
    this.#prompt = undefined;
    const exitCode = this.#interruptedAt !== undefined
      ? EXIT.INTERRUPTED
      : this.#isWrong
      ? EXIT.WRONG_ARGUMENT
      : exitCodeOf(ending);
    if (this.#isUnread) return exitCode;
    if (exitCode === EXIT.CLOSED_BADLY) this.#display.complain(endingText(ending));
    else this.#display.notice(endingText(ending));
    return exitCode;
  }

  /** Sends what is typed or piped, to its end. */
  async #speak(conversation: Conversation): Promise<void> {
    if (!this.#isInteractive) {
      await this.#speakPiped(conversation);
      return conversation.endInput();
    }
    this.#display.notice("lines are sent as text; /help lists the commands");
    this.#prompt = new Prompt({
      write: (bytes) => writeAll(Deno.stderr, bytes),
      columns: terminalColumns,
      complete: completions,
      onInterrupt: this.#interrupt,
    });
    for await (const line of this.#prompt.lines()) {
      if (line !== "") await this.#speakLine(conversation, line);
    }
    await conversation.close(CLOSE_CODE.NORMAL);
  }

  async #speakLine(conversation: Conversation, line: string): Promise<void> {
    try {
      const isHex = this.#order.isBinary && !line.startsWith("/");
      await conversation.obey(parseCommand(isHex ? `/binary ${line}` : line));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#display.complain(error.message);
    }
  }

  async #speakPiped(conversation: Conversation): Promise<void> {
    let number = 0;
    for await (const line of inputLines(Deno.stdin.readable)) {
      if (conversation.isClosing) return;
      number++;
      try {
        const text = utf8(line);
        if (text === undefined) throw new TypeError("it is not UTF-8: send it as hexadecimal with --binary");
        await conversation.obey(
          this.#order.isBinary ? { kind: "binary", bytes: bytesOfHex(text) } : { kind: "text", text },
        );
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        this.#isWrong = true;
        this.#display.complain(`line ${number} of the input cannot be sent: ${error.message}`);
        return await conversation.close(CLOSE_CODE.NORMAL);
      }
    }
  }

  #print(bytes: Uint8Array): void {
    if (this.#isUnread) return;
    if (writeIfRead(Deno.stdout, bytes)) return;
    // As in `… | head -1`: there is nobody to go on for.
    this.#isUnread = true;
    void this.#conversation?.close(CLOSE_CODE.NORMAL);
  }

  /** The first time closes, the second ends at once. */
  readonly #interrupt = (): void => {
    const now = performance.now();
    const isFirst = this.#interruptedAt === undefined;
    this.#interruptedAt ??= now;
    if (this.#conversation !== undefined) {
      if (isFirst) return void this.#conversation.close(CLOSE_CODE.NORMAL);
      if (now - this.#interruptedAt < SAME_INTERRUPT_MS) return;
    }
    this.#prompt?.[Symbol.dispose]();
    Deno.exit(EXIT.INTERRUPTED);
  };
}

/** `refused: 403 Forbidden`, and what the server says about it. */
export function refusalText({ head, body }: RefusedError): string {
  const location = head.fields.get("location");
  const lines = [
    `refused: ${head.status} ${head.statusText}`.trimEnd(),
    ...(location === null ? [] : [`it is at: ${location}`]),
    ...(body.trim() === "" ? [] : [body.trim().slice(0, MAX_BODY_CHARS)]),
  ];
  return lines.join("\n");
}

const MAX_BODY_CHARS = 2_000;
/** Where the terminal does not say. */
const DEFAULT_COLUMNS = 80;

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS; // Only stdin is a terminal.
  }
}

/** @returns false when whoever read it has gone. */
function writeIfRead(stream: typeof Deno.stdout, bytes: Uint8Array): boolean {
  try {
    writeAll(stream, bytes);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}

function writeAll(stream: typeof Deno.stdout, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

/** Runs a command line. @returns the exit code. */
export async function connectCommand(args: readonly string[]): Promise<number> {
  try {
    const asked = parseArguments(args);
    if (asked.kind === "connect") return await new Run(asked.order).run();
    console.log(
      asked.kind === "help"
        ? connectHelp(commandHelp()).trimEnd()
        : `sockeye connect ${denoConfig.version} (deno ${Deno.version.deno})`,
    );
    return EXIT.CLOSED;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(`connect: ${error.message}`);
    return EXIT.WRONG_ARGUMENT;
  }
}

if (import.meta.main) Deno.exit(await connectCommand(Deno.args));
