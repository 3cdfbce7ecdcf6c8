/**
 * A connection as remote code has it: its commands become records, and what it says of itself is what was last heard.
 *
 * @module
 */
import { type Payload, viewOf } from "../../frame/mod.ts";
import type { TransportName } from "../../route/mod.ts";
import type { PeerCommands, PeerEvents, RequestRecord, RouteRuntime } from "../../route/table.ts";
import { encodeContext } from "../context_check.ts";
import type { Calls } from "./calls.ts";
import { type Answer, HandlerLine, type LineEvents } from "./handler_line.ts";
import { HostedTopics } from "./hosted_topics.ts";
import type { Outbox } from "./outbox.ts";
import type { PeerOpening } from "./record_values.ts";
import { ACK_FLAG, MESSAGE_OVERHEAD_BYTES, TEXT_FLAG, UP } from "./wire.ts";

/** What a hosted peer needs of its host. */
export interface PeerHost {
  readonly outbox: Outbox;
  readonly calls: Calls;
  readonly plainTopics: Set<string>;
  /** What is being taken out of a batch is kept beyond the call. */
  retain(): void;
  /** The peer has something to say when the records of this batch have been taken. */
  touch(peer: HostedPeer): void;
  /** Its code did what it may not, and not in a handler. */
  report(what: string, error: unknown, peer: string): void;
  /** Nothing more will be heard of it. */
  forget(peer: HostedPeer): void;
}

/** One connection. */
export class HostedPeer implements PeerCommands, LineEvents {
  /** Its number on the wire. */
  readonly number: number;
  readonly id: string;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly transport: TransportName;
  readonly highWaterBytes: number;
  readonly topics: HostedTopics;
  readonly line: HandlerLine;
  readonly events: PeerEvents;
  readonly #host: PeerHost;
  #context: unknown;
  /** As the gateway has it. */
  #contextBytes: Uint8Array | undefined;
  /** The code may have changed what it was given. */
  #isContextOut = false;
  #settledBytes = 0;
  /** What the gateway said last, and what was sent since. */
  #bufferedBytes: number;
  #isClosing = false;
  #isDrainOwed = false;
  isTouched = false;

  constructor(number: number, opening: PeerOpening, runtime: RouteRuntime, host: PeerHost) {
    this.number = number;
    this.id = opening.peer;
    this.request = opening.request;
    this.params = opening.params;
    this.subprotocol = opening.subprotocol;
    this.transport = opening.transport;
    this.highWaterBytes = opening.highWaterBytes;
    this.topics = new HostedTopics(number, opening.topics, host);
    this.#bufferedBytes = opening.bufferedAmount;
    this.#context = opening.context;
    this.#host = host;
    this.events = runtime.attach(opening.route, this);
    this.line = new HandlerLine(this.events, this);
  }

  // What the code asks for.

  get bufferedAmount(): number {
    return this.#bufferedBytes;
  }

  get context(): unknown {
    if (typeof this.#context === "object" && this.#context !== null) {
      this.#contextBytes ??= encodeContext(this.#context);
      this.#isContextOut = true;
      this.#touch();
    }
    return this.#context;
  }

  set context(value: unknown) {
    const bytes = encodeContext(value);
    this.#context = value;
    this.#sendContext(bytes);
  }

  send(data: Payload): boolean {
    const { writer } = this.#host.outbox;
    const before = writer.byteLength;
    if (typeof data === "string") writer.putText(UP.SEND, TEXT_FLAG, this.number, data);
    else {
      const bytes = viewOf(data);
      writer.put(UP.SEND, 0, this.number, bytes, 0, bytes.length);
    }
    return this.#sent(writer.byteLength - before);
  }

  forward(isText: boolean, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
    this.#host.outbox.writer.put(UP.SEND, isText ? TEXT_FLAG : 0, this.number, bytes, start, end);
    return this.#sent(end - start);
  }

  ping(payload: Uint8Array): void {
    this.#host.outbox.writer.put(UP.PING, 0, this.number, payload, 0, payload.length);
  }

  close(code: number, reason: string): void {
    const head = new Uint8Array([code & 0xff, code >> 8]);
    this.#host.outbox.writer.putTexts(UP.CLOSE, 0, this.number, head, reason);
    this.#end();
  }

  fail(): void {
    this.#host.outbox.writer.putEmpty(UP.FAIL, 0, this.number);
    this.#end();
  }

  terminate(): void {
    this.#host.outbox.writer.putEmpty(UP.TERMINATE, 0, this.number);
    this.#end();
  }

  /** Code that runs in this isolate has begun what it was given. */
  giveBack(): void {}

  reply(request: number, data: Payload | undefined): void {
    const head = new Uint8Array(Uint32Array.of(request).buffer);
    const { writer } = this.#host.outbox;
    if (data === undefined) return writer.put(UP.REPLY, ACK_FLAG, this.number, head, 0, head.length);
    if (typeof data === "string") return writer.putTexts(UP.REPLY, TEXT_FLAG, this.number, head, data);
    const bytes = viewOf(data);
    const payload = new Uint8Array(head.length + bytes.length);
    payload.set(head);
    payload.set(bytes, head.length);
    writer.put(UP.REPLY, 0, this.number, payload, 0, payload.length);
  }

  drained(): Promise<void> {
    if (this.#isClosing || this.#bufferedBytes <= this.highWaterBytes) return Promise.resolve();
    const { calls, outbox } = this.#host;
    return calls.ask((id) => outbox.writer.putNumber(UP.WANT_DRAINED, 0, this.number, id)).then(() => {});
  }

  // What the gateway tells.

  /** What it has unwritten. */
  buffered(bytes: number): void {
    this.#bufferedBytes = bytes;
  }

  /** @param wasAskedFor by a `send` that had said false. */
  drain(wasAskedFor: boolean): void {
    if (wasAskedFor && !this.#isDrainOwed) return;
    this.#isDrainOwed = false;
    this.#bufferedBytes = 0;
    this.line.drain();
  }

  /** The client is gone or going. */
  abort(reason: DOMException): void {
    this.events.abort(reason);
    this.#end();
  }

  // What the line tells.

  onSettled(byteLength: number): void {
    this.#settledBytes += byteLength + MESSAGE_OVERHEAD_BYTES;
    this.#touch();
  }

  onKept(): void {
    this.#host.retain();
  }

  onAnswered(call: number, answer: Answer): void {
    // What the hook has said, and changed, comes first.
    this.tell();
    this.#host.outbox.writer.putValue(UP.ANSWER, 0, call, answer);
  }

  onClosed(call: number): void {
    this.tell();
    this.#host.outbox.writer.putValue(UP.ANSWER, 0, call, undefined);
    this.#host.forget(this);
  }

  /** Says what has come together in this batch. */
  tell(): void {
    this.isTouched = false;
    if (this.#isContextOut) this.#tellContext();
    if (this.#settledBytes === 0) return;
    this.#host.outbox.writer.putNumber(UP.SETTLED, 0, this.number, this.#settledBytes);
    this.#settledBytes = 0;
  }

  #touch(): void {
    if (!this.isTouched) this.#host.touch(this);
  }

  /** A context that was changed where it is goes out when the handler that did it has come to its end. */
  #tellContext(): void {
    try {
      const bytes = encodeContext(this.#context);
      if (!isSame(bytes, this.#contextBytes)) this.#sendContext(bytes);
    } catch (error) {
      this.#isContextOut = false;
      this.#host.report("context", error, this.id);
      this.fail();
    }
  }

  #sendContext(bytes: Uint8Array): void {
    this.#contextBytes = bytes;
    this.#host.outbox.writer.put(UP.CONTEXT, 0, this.number, bytes, 0, bytes.length);
  }

  #sent(byteLength: number): boolean {
    this.#bufferedBytes += byteLength;
    if (this.#isClosing) return false;
    if (this.#bufferedBytes <= this.highWaterBytes) return true;
    if (!this.#isDrainOwed) {
      this.#isDrainOwed = true;
      this.#host.outbox.writer.putEmpty(UP.WANT_DRAIN, 0, this.number);
    }
    return false;
  }

  /** It leaves, and its topics with it. */
  #end(): void {
    this.#isClosing = true;
    this.topics.end();
  }
}

function isSame(one: Uint8Array, other: Uint8Array | undefined): boolean {
  if (other === undefined || one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
