/**
 * The bench a runtime is put on: what the suite asks it to be made of, and everything that comes out of it.
 *
 * @module
 */
import { FORM } from "../../lib/frame/mod.ts";
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { Payload } from "../../lib/frame/mod.ts";
import type { PeerEvents, RouteRuntime, UpgradeDecision } from "../../lib/route/table.ts";
import type { RuntimeLog } from "../../lib/runtime/mod.ts";
import { RecordedCommands, RecordedRequest, type RecordedSetting } from "./recorded_commands.ts";

/** What the suite asks a runtime to be made of. */
export interface RuntimeMaking {
  readonly routes: URL;
  readonly publish: (topic: string, payload: Payload) => Promise<void>;
  readonly log: RuntimeLog;
  readonly poisonViews: boolean;
  readonly deployment: string;
}

/** One line of the log. */
export interface LoggedLine {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Registers one test, in production and in development. */
export type RuntimeTest = (title: string, run: (bench: RuntimeBench) => Promise<void>, folder?: string) => void;

/** A runtime and everything that comes out of it. */
export class RuntimeBench implements RuntimeLog {
  readonly isDevelopment: boolean;
  readonly lines: LoggedLine[] = [];
  readonly published: Array<readonly [topic: string, payload: Payload]> = [];
  runtime!: RouteRuntime;

  constructor(isDevelopment: boolean) {
    this.isDevelopment = isDevelopment;
  }

  readonly publish = (topic: string, payload: Payload): Promise<void> => {
    this.published.push([topic, payload]);
    return Promise.resolve();
  };

  error(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.lines.push({ message, fields });
  }

  warn(message: string): void {
    throw new Error(`nothing here is worth a warning, but: ${message}`);
  }

  /** Index of a route. */
  at(pattern: string): number {
    const index = this.runtime.descriptors.findIndex((descriptor) => descriptor.pattern === pattern);
    assertGreaterOrEqual(index, 0, `no route at ${pattern}`);
    return index;
  }

  /** A connection to a route, not opened. */
  connect(pattern: string, setting: RecordedSetting = {}): { events: PeerEvents; commands: RecordedCommands } {
    const commands = new RecordedCommands(setting);
    return { events: this.runtime.attach(this.at(pattern), commands), commands };
  }

  /** Asks a route's `upgrade`. */
  async upgrade(query: string, signal = new AbortController().signal): Promise<UpgradeDecision> {
    const request = new RecordedRequest({
      method: "GET",
      url: `http://example.com/gate/red?${query}`,
      headers: [["host", "example.com"], ["cookie", "a=1"], ["cookie", "b=2"]],
      remoteAddress: "192.0.2.7",
    });
    const question = { request, params: { door: "red" }, subprotocols: ["chat", "v2"], signal };
    return await this.runtime.upgrade(this.at("/gate/[door]"), question);
  }

  /** Sends a request to `/page`. */
  exchange(query: string, init?: RequestInit): Promise<Response> {
    const request = new Request(`http://example.com/page?${query}`, init);
    return this.runtime.exchange(this.at("/page"), request, {}, "192.0.2.7");
  }

  /** The one line that was logged. */
  line(): LoggedLine {
    assertEquals(this.lines.length, 1);
    return this.lines[0]!;
  }
}

/** For what goes in and comes out as bytes. */
export const encoder = new TextEncoder();

/** Delivers a message out of the middle of a larger chunk. */
export async function deliver(
  events: PeerEvents,
  payload: string | readonly number[],
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : new Uint8Array(payload);
  const chunk = new Uint8Array(bytes.length + 20).fill(0xee);
  chunk.set(bytes, 10);
  await events.message(typeof payload === "string" ? FORM.TEXT : 0, chunk, 10, 10 + bytes.length);
  return chunk;
}

/** Delivers a request: its number, and its payload, out of the middle of a larger chunk. */
export async function ask(events: PeerEvents, number: number, text: string): Promise<void> {
  const chunk = encoder.encode(`<<1234${text}>>`);
  new DataView(chunk.buffer).setUint32(2, number, true);
  await events.message(FORM.TEXT | FORM.REQUEST | FORM.BORROWED, chunk, 2, chunk.length - 2);
}

/** The end of a connection whose client just left. */
export const GONE = { code: 1006, reason: "", wasClean: false } as const;
