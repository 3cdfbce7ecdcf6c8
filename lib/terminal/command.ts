/**
 * What a line means that was typed: a message, or a command.
 *
 * @module
 */
import { isWireCloseCode, MAX_CONTROL_BYTES, MAX_REASON_BYTES } from "../frame/mod.ts";
import { nearestName } from "../route/table.ts";
import { bytesOfHex } from "./hex_text.ts";
import { jsonFault } from "./json_text.ts";

/** What is to be done. */
export type Command =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "ping"; readonly payload: string }
  | { readonly kind: "pong"; readonly payload: string }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "fragments"; readonly parts: readonly string[] }
  | { readonly kind: "raw"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "help" };

/** The line means nothing: the message says why, and what to type. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

interface CommandRow {
  /** What follows the name. */
  readonly usage: string;
  readonly doc: string;
  read(rest: string): Command;
}

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  "/ping": { usage: "[payload]", doc: "a ping; its pong is shown", read: (payload) => control("ping", payload) },
  "/pong": { usage: "[payload]", doc: "a pong nobody asked for", read: (payload) => control("pong", payload) },
  "/close": { usage: "[code] [reason]", doc: "close, with 1000 unless another code is given", read: closeOf },
  "/binary": {
    usage: "HEX",
    doc: "a binary message: /binary 48 65 6c",
    read: (hex) => ({ kind: "binary", bytes: hexOf(hex) }),
  },
  "/json": { usage: "VALUE", doc: "a text message that is checked to be JSON before it is sent", read: jsonOf },
  "/file": { usage: "PATH", doc: "a file: text where it is UTF-8, else binary", read: fileOf },
  "/fragment": { usage: "A | B | C", doc: "one text message in several frames", read: fragmentsOf },
  "/raw": {
    usage: "HEX",
    doc: "bytes as they are: frames of your own, wrong ones too",
    read: (hex) => ({ kind: "raw", bytes: hexOf(hex) }),
  },
  "/help": { usage: "", doc: "this list", read: () => ({ kind: "help" }) },
};

/**
 * What the line means. A line that begins with a slash is a command, one with two a text with one.
 *
 * @throws {CommandError}
 */
export function parseCommand(line: string): Command {
  if (!line.startsWith("/")) return { kind: "text", text: line };
  if (line.startsWith("//")) return { kind: "text", text: line.slice(1) };
  const [, name = "", rest = ""] = /^(\S+)\s?(.*)$/s.exec(line) ?? [];
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row !== undefined) return row.read(rest);
  const nearest = nearestName(name, Object.keys(COMMANDS));
  const advice = nearest === undefined ? "/help lists all" : `did you mean ${nearest}?`;
  throw new CommandError(`${name} is no command: ${advice} A text that begins with a slash begins with two: /${name}`);
}

/** The commands that begin with what is typed, for the tab key. */
export function completions(line: string): readonly string[] {
  if (!/^\/\w*$/.test(line)) return [];
  const found = Object.keys(COMMANDS).filter((name) => name.startsWith(line));
  return found.map((name) => COMMANDS[name]!.usage === "" ? name : `${name} `);
}

/** What `/help` shows. */
export function commandHelp(): string {
  const rows = Object.entries(COMMANDS).map(([name, { usage, doc }]) => [`${name} ${usage}`, doc]);
  rows.push(["//text", "a text that begins with a slash"], ["Ctrl+C, Ctrl+D", "close with 1000 and end"]);
  return rows.map(([usage, doc]) => `  ${usage!.padEnd(24)}${doc}`).join("\n");
}

function control(kind: "ping" | "pong", payload: string): Command {
  const count = byteLength(payload);
  // RFC 6455 §5.5: "All control frames MUST have a payload length of 125 bytes or less".
  if (count > MAX_CONTROL_BYTES) {
    throw new CommandError(
      `a ${kind} has at most ${MAX_CONTROL_BYTES} bytes, this one has ${count}: shorten it, or use /raw`,
    );
  }
  return { kind, payload };
}

function closeOf(rest: string): Command {
  const [, digits, reason = ""] = /^(?:(\d+)(?:\s+|$))?(.*)$/s.exec(rest.trim()) ?? [];
  const code = digits === undefined ? 1000 : Number(digits);
  if (!isWireCloseCode(code)) {
    throw new CommandError(`${digits} may not stand in a Close frame: use 1000–1003, 1007–1014, 3000–4999, or /raw`);
  }
  if (byteLength(reason) > MAX_REASON_BYTES) {
    throw new CommandError(
      `a reason has at most ${MAX_REASON_BYTES} bytes, this one has ${byteLength(reason)}: shorten it`,
    );
  }
  return { kind: "close", code, reason };
}

function jsonOf(text: string): Command {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new CommandError(`not sent, for it is no JSON: ${fault}`);
  return { kind: "text", text };
}

function fileOf(path: string): Command {
  if (path.trim() === "") throw new CommandError("which file? /file PATH");
  return { kind: "file", path: path.trim() };
}

function fragmentsOf(rest: string): Command {
  const parts = rest.split("|").map((part) => part.trim());
  if (parts.length < 2) throw new CommandError("a fragmented message has two parts or more: /fragment one | two");
  return { kind: "fragments", parts };
}

function hexOf(text: string): Uint8Array<ArrayBuffer> {
  try {
    return bytesOfHex(text);
  } catch (error) {
    throw new CommandError((error as Error).message, { cause: error });
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
