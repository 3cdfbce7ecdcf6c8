/**
 * The border between a connection and its cable: bytes in both directions, whatever carries them.
 *
 * @module
 */
import type { SegmentOwner, SegmentSource, WriteBuffer } from "../frame/mod.ts";
import type { TransportName } from "../route/mod.ts";

/** What crossed the cable, heads of HTTP requests and answers included. */
export interface Traffic {
  /** HTTP requests: one for a WebSocket, whose connection may have served others before. */
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A two-way byte pipe. */
export interface Transport {
  readonly name: TransportName;
  /** IP address of the other end of the cable, without port; a proxy's, where there is one. */
  readonly remoteAddress: string;
  readonly traffic: Traffic;
  /** Where bytes to be sent are appended; {@linkcode touch} makes them go. */
  readonly output: WriteBuffer;
  /** Memory held for what is not written yet, and for what waits inside of the cable, where it has an inside, as TLS has. */
  readonly heldBytes: number;
  /** Who is told. The HTTP exchange first, then the connection that takes over from it. */
  events: TransportEvents;
  /**
   * Told of the bytes of the output that have left, in pieces, as they leave and before they are counted as written
   * ({@linkcode WriteBuffer.show}). There is none but while the connection is watched.
   */
  observer: OutputObserver | undefined;
  /** What was appended is written in one write: at the end of the turn or, among many, when it is its turn. */
  touch(): void;
  /** Reads no more until {@linkcode resume}: the peer's network stack makes it wait. */
  pause(): void;
  resume(): void;
  /**
   * Keeps the bytes that `onBytes` was called with from being overwritten by a later read, until they have been given
   * back to {@linkcode pins} as often as they were pinned. Bytes that are not the transport's are left alone.
   */
  pin(bytes: Uint8Array<ArrayBuffer>): void;
  readonly pins: SegmentOwner;
  /** Buffers for messages that do not lie whole in one chunk. */
  readonly buffers: SegmentSource;
  /**
   * Nothing more will be appended: what is buffered is written, our side is closed, and what still arrives is read and
   * discarded until the peer closes its side, so that it gets to see our last bytes.
   *
   * @param awaitsPeer false when the peer has said that it sends nothing more: the pipe is then closed as soon as all is
   * written. Default: true.
   */
  end(awaitsPeer?: boolean): void;
  /** Drops the pipe at once. */
  destroy(): void;
}

/** The bytes are valid until the call returns, and must not be changed. It must not throw. */
export type OutputObserver = (bytes: Uint8Array<ArrayBuffer>) => void;

/** What happens to a transport. */
export interface TransportEvents {
  /**
   * `bytes[start, end)` arrived. They may be changed, and are valid until this call returns (see
   * {@linkcode Transport.pin}).
   *
   * @returns where to go on: `end`, or less to be called again in a later turn with the rest.
   */
  onBytes(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number;
  /**
   * Where the next bytes are wanted, so that they need not be copied there: `onInput` then says how many came, or
   * `takeBackInput`, perhaps after `onClosed`, that none will.
   *
   * @returns `undefined` when they are to be read into a chunk.
   */
  lendInput?(): Uint8Array<ArrayBuffer> | undefined;
  onInput?(count: number): void;
  takeBackInput?(): void;
  /** The peer will send nothing more. */
  onEnd(): void;
  /** The operating system has not taken all of the output at once: a write is under way, or goes on after a part. */
  onWriting(): void;
  /** The operating system took some of the output. */
  onWritten(): void;
  /** More or less waits inside of the cable than before. */
  onHeld?(): void;
  /** The pipe is gone. Called once, last. */
  onClosed(): void;
}
