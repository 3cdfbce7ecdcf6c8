/**
 * One life of remote code, from the gateway's side: its channel, what it was asked, and the peers it knows of.
 *
 * @module
 */
import type { Channel, ChannelEvents } from "./channel.ts";
import { Calls } from "./calls.ts";
import { LineLimit } from "./line_limit.ts";
import { Outbox } from "./outbox.ts";
import type { Boot, LogLine, Ready } from "./record_values.ts";
import { RemoteBodies } from "./remote_bodies.ts";
import { numberOf, publicationOf } from "./record_payloads.ts";
import type { PeerLink } from "./peer_link.ts";
import { RemoteAnswers } from "./remote_answers.ts";
import type { RemotePeer } from "./remote_peer.ts";
import { decodeValue, errorOf } from "./value.ts";
import type { Payload } from "../../frame/mod.ts";
import type { SupervisorClock } from "./supervisor.ts";
import { DOWN, type TakeRecord, UP, WireError } from "./wire.ts";

/** Beyond so many bytes that the code was given and has not handled, or that do not get through to it, nobody is read. */
const LINK_CREDIT_BYTES = 4 * 1024 * 1024;

/** Values are read at once: longer answers, and longer lines for the log, are none. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024;
const MAX_LINE_BYTES = 256 * 1024;

/** So often the code is asked whether it is there. */
export const PROBE_INTERVAL_MS = 400;
/** Code that says nothing for so long is stuck. */
export const PROBE_TIMEOUT_MS = 1000;

/** Opens a channel to new code. */
export type OpenChannel = (events: ChannelEvents) => Channel;

/** What a link needs of its runtime. */
export interface LinkHome {
  readonly clock: SupervisorClock;
  /** Most bytes of memory that the code may use; 0 for no limit. */
  readonly maxMemoryBytes: number;
  checkTopic(topic: string): string;
  publish(topic: string, payload: Payload): Promise<void>;
  log(line: LogLine, error: unknown): void;
  /** The code says nothing any more. */
  onStuck(link: RemoteLink): void;
  /** The code has ended, with all that it was asked. */
  onEnded(link: RemoteLink, reason: string): void;
}

/** One life. */
export class RemoteLink implements PeerLink, ChannelEvents {
  readonly outbox: Outbox;
  readonly calls = new Calls();
  /** How often the code has said something. */
  heard = 0;
  /** What it said last that it uses; 0 where it does not know. */
  memoryBytes = 0;
  readonly bodies: RemoteBodies;
  /** Calls of the code that concern no peer. */
  readonly #answers = new RemoteAnswers(this);
  readonly #home: LinkHome;
  readonly #channel: Channel;
  readonly #peers = new Map<number, RemotePeer>();
  readonly #blocked = new Set<RemotePeer>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<Ready>();
  #latest: RemotePeer | undefined;
  #latestNumber = 0;
  #lastNumber = 0;
  #unsettledBytes = 0;
  /** Calls of the code that wait for their answers. */
  #waitingCount = 0;
  #isClosed = false;
  /** Why it was ended, where it was us. */
  #killedFor: string | undefined;
  #heardAt: number;
  #lookedAt: number;
  #cancelProbe = () => {};
  #isReady = false;
  readonly #lines: LineLimit;

  constructor(open: OpenChannel, home: LinkHome) {
    this.#home = home;
    this.#heardAt = this.#lookedAt = home.clock.now();
    this.#lines = new LineLimit(home.clock, (count) => {
      home.log({ level: "warn", message: `${count} more lines of it were left out`, fields: {} }, undefined);
    });
    this.#channel = open(this);
    this.outbox = new Outbox((batch) => this.#isClosed ? undefined : this.#channel.send(batch));
    this.bodies = new RemoteBodies(this.outbox);
    // Who boots hears of it.
    this.#ready.promise.catch(() => {});
  }

  /**
   * Loads the code.
   *
   * @throws {Error} that says why it cannot be.
   */
  async boot(boot: Boot): Promise<Ready> {
    this.outbox.writer.putValue(DOWN.BOOT, 0, 0, boot);
    const ready = await this.#ready.promise;
    this.#heardAt = this.#home.clock.now();
    this.#probeLater();
    return ready;
  }

  /** Ends the code, whatever it does. Resolves when nothing is left of it. */
  kill(reason: string): Promise<void> {
    this.#killedFor ??= reason;
    this.#channel.kill();
    return this.#closed.promise;
  }

  /** @throws {Error} when the code has ended. */
  checkAlive(): void {
    if (this.#isClosed) throw new Error(this.#killedFor ?? "it ended as soon as it had begun");
  }

  /** True when nothing is on its way, neither there nor back. */
  get isQuiet(): boolean {
    const open = this.calls.size + this.bodies.size + this.#waitingCount + this.outbox.byteLength;
    return this.#unsettledBytes === 0 && open === 0;
  }

  get isFull(): boolean {
    return this.#unsettledBytes >= LINK_CREDIT_BYTES || this.outbox.byteLength >= LINK_CREDIT_BYTES;
  }

  /** Bytes of messages that the code was given and has not handled. */
  get unsettledBytes(): number {
    return this.#unsettledBytes;
  }

  /** Peers that the code has. */
  get peerCount(): number {
    return this.#peers.size;
  }

  count(bytes: number): void {
    this.#unsettledBytes += bytes;
    // It may have become passable by itself, too: what was to be sent has left.
    if (this.#blocked.size === 0 || this.isFull) return;
    for (const peer of [...this.#blocked]) peer.unblock();
    this.#blocked.clear();
  }

  wait(count: number): void {
    this.#waitingCount += count;
  }

  block(peer: RemotePeer): void {
    if (this.isFull) this.#blocked.add(peer);
  }

  join(peer: RemotePeer): number {
    this.#peers.set(++this.#lastNumber, peer);
    return this.#lastNumber;
  }

  leave(number: number): void {
    this.#peers.delete(number);
    this.#latest = undefined;
  }

  // From the channel.

  onClosed(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelProbe();
    const why = this.#killedFor ?? reason;
    const error = new Error(why);
    this.#ready.reject(error);
    this.bodies.breakAll(error);
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    this.#blocked.clear();
    this.#latest = undefined;
    this.#home.onEnded(this, why);
    // Before who asked hears that there is no answer: then it is known that the code is gone.
    for (const peer of peers) peer.lost();
    this.calls.failAll(error);
    this.#closed.resolve();
  }

  /** One record. What the code may not say ends it. */
  readonly take: TakeRecord = (kind, flags, id, bytes, start, end) => {
    if (this.#isClosed || this.#killedFor !== undefined) return;
    if (kind !== UP.ALIVE) this.heard++;
    try {
      if (kind >= UP.SETTLED) this.#peer(id)?.take(kind, flags, bytes, start, end);
      else this.#take(kind, flags, id, bytes, start, end);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      void this.kill(`it broke the rules of its channel: ${error.message}`);
    }
  };

  #take(kind: number, flags: number, id: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    switch (kind) {
      case UP.READY:
      case UP.UNFIT:
        return this.#booted(kind, valueOf(bytes, start, end, MAX_VALUE_BYTES));
      case UP.ALIVE:
        return this.#alive(numberOf(bytes, start, end));
      // Who waits is taken out last: when there is no value, the link ends, and with it the waiting.
      case UP.ANSWER: {
        if (!this.calls.has(id)) return;
        const value = valueOf(bytes, start, end, MAX_VALUE_BYTES);
        return this.calls.take(id)?.answered(value);
      }
      case UP.FAILURE: {
        if (!this.calls.has(id)) return;
        const error = errorOf(valueOf(bytes, start, end, MAX_VALUE_BYTES));
        return this.calls.take(id)?.failed(error);
      }
      case UP.BODY:
        return this.bodies.take(id, flags, bytes, start, end);
      case UP.LOG:
        if (this.#lines.passes()) this.#log(logLineOf(valueOf(bytes, start, end, MAX_LINE_BYTES)));
        return;
      case UP.PUBLISH_ALL: {
        const { call, topic, payload } = publicationOf(flags, bytes, start, end);
        const name = this.#home.checkTopic(topic);
        return this.#answers.give(call, () => this.#home.publish(name, payload));
      }
    }
    throw new WireError(`a command of the unknown kind ${kind}`);
  }

  #peer(id: number): RemotePeer | undefined {
    if (id === this.#latestNumber && this.#latest !== undefined) return this.#latest;
    this.#latestNumber = id;
    // Events and commands cross: it may have left.
    return this.#latest = this.#peers.get(id);
  }

  #alive(memoryBytes: number): void {
    const { clock, maxMemoryBytes } = this.#home;
    this.#heardAt = clock.now();
    this.memoryBytes = memoryBytes;
    if (maxMemoryBytes > 0 && memoryBytes > maxMemoryBytes) {
      void this.kill(`it uses ${memoryBytes} bytes of memory, and may use ${maxMemoryBytes}`);
    }
  }

  #log(line: LogLine): void {
    this.#home.log(line, line.error === undefined ? undefined : errorOf(line.error));
  }

  #booted(kind: number, value: unknown): void {
    if (this.#isReady) throw new WireError("a word on how it was loaded, once more");
    this.#isReady = true;
    if (kind === UP.READY) this.#ready.resolve(value as Ready);
    else this.#ready.reject(errorOf(value));
  }

  #probeLater(): void {
    const { clock } = this.#home;
    this.#lookedAt = clock.now();
    this.#cancelProbe = clock.setTimer(() => this.#probe(), PROBE_INTERVAL_MS);
  }

  #probe(): void {
    const now = this.#home.clock.now();
    // Who stood still itself, for a stopped process or a busy loop of its own, has not listened.
    if (now - this.#lookedAt > 2 * PROBE_INTERVAL_MS) this.#heardAt = now;
    if (now - this.#heardAt >= PROBE_TIMEOUT_MS) this.#home.onStuck(this);
    this.outbox.writer.putEmpty(DOWN.PROBE, 0, 0);
    this.#probeLater();
  }
}

/** @throws {WireError} when it is none. */
function logLineOf(value: unknown): LogLine {
  const line = (value ?? {}) as Partial<LogLine>;
  const isLevel = line.level === "warn" || line.level === "error";
  if (!isLevel || typeof line.message !== "string" || typeof line.fields !== "object") {
    throw new WireError("a line for the log that is none");
  }
  return line as LogLine;
}

function valueOf(bytes: Uint8Array<ArrayBuffer>, start: number, end: number, maxBytes: number): unknown {
  if (end - start > maxBytes) {
    throw new WireError(`a value of ${end - start} bytes, where at most ${maxBytes} are allowed`);
  }
  return decodeValue(bytes, start, end);
}
