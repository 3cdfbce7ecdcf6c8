/**
 * What the user sees: payloads on stdout, everything else on stderr, each safe for a terminal where it is one.
 *
 * @module
 */
import { GUID } from "../handshake/mod.ts";
import { frameLines } from "./frame_line.ts";
import { hexPreview } from "./hex_text.ts";
import { indentJson } from "./json_text.ts";
import { type Opening, type OpeningRequest, openingText } from "./opening.ts";
import type { Incoming, WireTap } from "./raw_client.ts";
import { shownLine, shownText } from "./shown_text.ts";

/** Where it goes. Both write all of it before they return. */
export interface Sinks {
  out(bytes: Uint8Array): void;
  err(bytes: Uint8Array): void;
}

/** How it looks. */
export interface DisplayOptions {
  /** Somebody types: messages are marked, and notices are told that scripts need not hear. */
  readonly isInteractive: boolean;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly hasColours: boolean;
  readonly isVerbose: boolean;
  readonly indentsJson: boolean;
  readonly writesRaw: boolean;
  /** In milliseconds since 1970. */
  now(): number;
}

/** Of a binary message so many bytes are shown on a terminal. */
const SHOWN_BYTES = 256;

const COLOURS = { grey: "\x1b[90m", red: "\x1b[31m", cyan: "\x1b[36m" } as const;

/** Formats, and writes at once. */
export class Display {
  readonly #sinks: Sinks;
  readonly #options: DisplayOptions;

  constructor(sinks: Sinks, options: DisplayOptions) {
    this.#sinks = sinks;
    this.#options = options;
  }

  /** A text or binary message. */
  message(message: Extract<Incoming, { readonly kind: "text" | "binary" }>): void {
    const { outIsTerminal, isInteractive, writesRaw } = this.#options;
    if (message.kind === "binary" && writesRaw && !outIsTerminal) return this.#sinks.out(message.bytes);
    const mark = isInteractive && outIsTerminal ? this.#coloured("cyan", "< ") : "";
    this.#sinks.out(encoder.encode(`${mark}${this.#payload(message)}\n`));
  }

  /** What a person at a terminal wants to know, and a script does not. */
  notice(text: string): void {
    if (this.#options.isInteractive || this.#options.isVerbose) this.#complainIn("grey", `* ${text}`);
  }

  /** What everybody has to know. */
  complain(text: string): void {
    this.#complainIn("red", text);
  }

  /** Several lines of ours. */
  help(text: string): void {
    this.#sinks.err(encoder.encode(`${text}\n`));
  }

  /** The request, before it goes out. */
  request(request: OpeningRequest): void {
    if (this.#options.isVerbose) this.#head(">", openingText(request));
  }

  /** An answer's head, 101 or not. */
  response(text: string): void {
    if (this.#options.isVerbose) this.#head("<", text);
  }

  /** How the server has proved that it speaks WebSocket, step by step. RFC 6455 §4.2.2. */
  accepted(request: OpeningRequest, { head }: Opening): void {
    if (!this.#options.isVerbose) return;
    const key = request.fields.find(([name]) => name.toLowerCase() === "sec-websocket-key")?.[1] ?? "";
    const accept = head.fields.get("sec-websocket-accept") ?? "";
    this.notice("Sec-WebSocket-Accept must be base64(SHA-1(key + GUID)):");
    this.notice(`  key + GUID  ${key}${GUID}`);
    this.notice(`  SHA-1       ${Uint8Array.fromBase64(accept).toHex()}`);
    this.notice(`  base64      ${accept}, as the server answered`);
  }

  /** Shows each frame of both directions; undefined where that is not asked for. */
  tap(): (WireTap & { end(): void }) | undefined {
    if (!this.#options.isVerbose) return undefined;
    const sent = frameLines((line) => this.#frame(">", line));
    const received = frameLines((line) => this.#frame("<", line));
    return {
      sent: (bytes) => sent.push(bytes),
      received: (bytes) => received.push(bytes),
      end: () => {
        sent.end();
        received.end();
      },
    };
  }

  #payload(message: Extract<Incoming, { readonly kind: "text" | "binary" }>): string {
    const { outIsTerminal, indentsJson } = this.#options;
    if (message.kind === "binary") {
      const { bytes } = message;
      if (!outIsTerminal) return bytes.toHex();
      return `(binary, ${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"}) ${hexPreview(bytes, SHOWN_BYTES)}`;
    }
    const text = indentsJson ? indentJson(message.text) ?? message.text : message.text;
    return outIsTerminal ? shownText(text, this.#options.isInteractive ? "  " : "") : text;
  }

  #frame(arrow: string, line: string): void {
    const time = new Date(this.#options.now()).toISOString().slice(11, 23);
    this.#complainIn("grey", `${time} ${arrow} ${line}`);
  }

  #head(arrow: string, text: string): void {
    for (const line of text.trimEnd().split("\r\n")) this.#complainIn("grey", `${arrow} ${line}`);
  }

  #complainIn(colour: keyof typeof COLOURS, text: string): void {
    const lines = text.split("\n").map(shownLine).join("\n");
    this.#sinks.err(encoder.encode(`${this.#options.errIsTerminal ? this.#coloured(colour, lines) : lines}\n`));
  }

  #coloured(colour: keyof typeof COLOURS, text: string): string {
    return this.#options.hasColours ? `${COLOURS[colour]}${text}\x1b[0m` : text;
  }
}

const encoder = new TextEncoder();
