/**
 * A watched connection: the bytes of both directions are shown to a tap each, beside what happens to them anyway.
 *
 * It stands between a connection and its transport from when somebody watches until nobody does, and is nowhere
 * otherwise. What comes is copied before the connection unmasks it in place; what goes is shown as the transport has let
 * it go. Each direction begins where a frame begins.
 *
 * @module
 */
import { type FrameRecord, FrameTap, type TapDeflate } from "../protocol/mod.ts";
import { parseExtensions } from "../handshake/mod.ts";
import { FieldLines } from "../http/mod.ts";
import type { Connection } from "./connection.ts";
import { contractOf } from "./deflate_contract.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** From the peer, or to it. */
export type Direction = "in" | "out";

/** Who watches. None of it may throw. */
export interface WatchEvents {
  onFrame(direction: Direction, record: FrameRecord): void;
  /** Asked before a frame that can be passed over is looked at more closely; see `FrameTapOptions`. */
  isWanted?(): boolean;
  onSkipped?(direction: Direction): void;
  /** What was sent before the first frame, where it was watched from its beginning: the 101. */
  onHead?(bytes: Uint8Array<ArrayBuffer>): void;
  /** The connection is gone. */
  onGone(): void;
}

/** So many bytes are handed on at a time while the beginning of a frame is looked for: fewer than any header has. */
const STEP_BYTES = 5;

/** One connection that is watched. */
export class Watch implements TransportEvents {
  readonly #connection: Connection;
  readonly #transport: Transport;
  readonly #events: WatchEvents;
  readonly #isFromBeginning: boolean;
  readonly #incoming: FrameTap;
  readonly #outgoing: FrameTap;
  #readsFrames: boolean;
  #writesFrames: boolean;
  #isOver = false;

  /**
   * Begins to watch.
   *
   * @param isOpening the connection is about to open: the caller has its transport tell this watch.
   */
  constructor(connection: Connection, events: WatchEvents, isOpening = false) {
    const { transport, protocol, options: { maxMessageBytes } } = connection.ends;
    this.#connection = connection;
    this.#transport = transport;
    this.#events = events;
    this.#isFromBeginning = isOpening;
    const { incoming, outgoing } = deflateOf(connection);
    const tapOf = (direction: Direction, deflate: TapDeflate | undefined): FrameTap =>
      new FrameTap({
        deflate,
        isFromBeginning: isOpening,
        maxMessageBytes,
        isWanted: () => events.isWanted?.() ?? true,
        onSkipped: () => events.onSkipped?.(direction),
      }, (record) => events.onFrame(direction, record));
    this.#incoming = tapOf("in", incoming);
    this.#outgoing = tapOf("out", outgoing);
    this.#readsFrames = isOpening || !protocol.isUnfinished;
    this.#writesFrames = transport.output.bytesToFrame === 0;
    transport.observer = this.#onLeaving;
    if (!isOpening) transport.events = this;
  }

  /** True when what comes next is shown, in both directions. */
  get isInStep(): boolean {
    return this.#readsFrames && this.#writesFrames;
  }

  /** Ends it: the connection goes on as if nobody had watched. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#transport.events === this) this.#transport.events = this.#connection;
    this.#transport.observer = undefined;
    this.#incoming.end();
    this.#outgoing.end();
  }

  // From the transport. Without `lendInput`: all that comes is seen here.

  onBytes(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    if (!this.#readsFrames) return this.#seekFrame(bytes, start, end);
    // The connection unmasks it where it lies, and may take only a part of it now.
    const copy = bytes.slice(start, end);
    const at = this.#connection.onBytes(bytes, start, end);
    this.#show(this.#incoming, copy.subarray(0, at - start));
    return at;
  }

  /** A place that was lent before. */
  onInput(count: number): void {
    this.#connection.onInput(count);
  }

  takeBackInput(): void {
    this.#connection.takeBackInput();
  }

  onEnd(): void {
    this.#connection.onEnd();
  }

  onWriting(): void {
    this.#connection.onWriting();
  }

  onWritten(): void {
    this.#connection.onWritten();
  }

  onHeld(): void {
    this.#connection.onHeld();
  }

  onClosed(): void {
    this.#connection.onClosed();
    this.end();
    this.#events.onGone();
  }

  /** Hands the bytes on a few at a time, until those that are left begin a frame or have begun one. */
  #seekFrame(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    const { protocol } = this.#connection.ends;
    for (let at = start; at < end;) {
      // The message that was under way when the watch began may have ended with the last bytes.
      if (!protocol.isUnfinished) {
        this.#readsFrames = true;
        return this.onBytes(bytes, at, end);
      }
      const step = bytes.slice(at, Math.min(at + STEP_BYTES, end));
      const next = this.#connection.onBytes(bytes, at, at + step.length);
      const begun = lastBegun(protocol, step.length);
      if (begun > 0) {
        this.#readsFrames = true;
        this.#show(this.#incoming, step.subarray(step.length - begun));
        return next === end ? end : this.onBytes(bytes, next, end);
      }
      if (next < at + step.length) return next;
      at = next;
    }
    return end;
  }

  readonly #onLeaving = (bytes: Uint8Array<ArrayBuffer>): void => {
    // Where what came before was dropped, a frame begins earlier than was thought.
    const toFrame = this.#writesFrames ? 0 : this.#transport.output.bytesToFrame;
    const before = Math.min(toFrame, bytes.length);
    if (before > 0 && this.#isFromBeginning) this.#events.onHead?.(bytes.slice(0, before));
    this.#writesFrames = before === toFrame;
    this.#show(this.#outgoing, bytes.subarray(before));
  };

  /** A fault of whoever watches ends the watch, and is no fault of the connection's. */
  #show(tap: FrameTap, bytes: Uint8Array): void {
    if (this.#isOver) return;
    try {
      tap.push(bytes);
    } catch (error) {
      this.end();
      reportError(error);
    }
  }
}

/** How many of the last so many bytes belong to a frame that began within them, and is no part of a message yet. */
function lastBegun(protocol: { beganWithin(byteLength: number): boolean }, byteLength: number): number {
  for (let begun = 1; begun <= byteLength; begun++) if (protocol.beganWithin(begun)) return begun;
  return 0;
}

/** What was agreed on in the handshake: it follows from the offer and the options, as it did then. */
function deflateOf(connection: Connection): Readonly<Record<"incoming" | "outgoing", TapDeflate | undefined>> {
  const contract = extensionsOf(connection);
  if (contract === undefined) return { incoming: undefined, outgoing: undefined };
  const { ours: { keepsContext, parameters: { windowBits } }, theirs } = contract;
  return { incoming: theirs, outgoing: { keepsContext, windowBits } };
}

/** The compression that a connection has; undefined where it has none. */
export function extensionsOf({ request, ends }: Connection): ReturnType<typeof contractOf> {
  const offers = parseExtensions(new FieldLines(request.headers).all("sec-websocket-extensions"));
  return contractOf(offers, ends.options.perMessageDeflate);
}
