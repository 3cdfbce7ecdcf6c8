/**
 * Where remote code runs: takes events out of batches, calls the handlers, and packs what they ask for.
 *
 * It has an `InlineRuntime` of its own, so that a handler meets the same there as in the gateway's isolate.
 *
 * @module
 */
import type { Payload } from "../../frame/mod.ts";
import type { RouteRuntime } from "../../route/table.ts";
import { InlineRuntime } from "../inline_runtime.ts";
import type { RuntimeLog } from "../log.ts";
import { Calls } from "./calls.ts";
import type { Unbegun } from "./handler_line.ts";
import type { LoadedCode } from "./hosted_code.ts";
import { HostedCalls } from "./hosted_calls.ts";
import { HostedPeer, type PeerHost } from "./hosted_peer.ts";
import { publishAs } from "./hosted_topics.ts";
import { Outbox } from "./outbox.ts";
import type {
  Boot,
  CloseCall,
  LogLine,
  PeerCall,
  PeerOpening,
  QuestionCall,
  Ready,
  ResumeCall,
} from "./record_values.ts";
import { decodeValue, errorOf, errorRecord } from "./value.ts";
import { DOWN, type TakeRecord, UP, WireError } from "./wire.ts";

/** What a host needs of the place it is in. */
export interface HostPlace {
  send(batch: Uint8Array<ArrayBuffer>): void | Promise<void>;
  load(boot: Boot): Promise<LoadedCode>;
  /** Bytes of memory in use. */
  memoryBytes(): number;
  /** What is being taken out of a batch is kept beyond the call. */
  retain(): void;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Events of a peer that are to be answered. */
const CALLS_OF_PEERS: ReadonlySet<number> = new Set([
  DOWN.CLOSE,
  DOWN.HALT,
  DOWN.SUSPEND,
  DOWN.RESUME,
  DOWN.SUBSCRIBE,
  DOWN.AUTHENTICATE,
]);

/** One host; its code is loaded by the first record. */
export class RuntimeHost implements PeerHost {
  readonly outbox: Outbox;
  readonly calls = new Calls();
  readonly plainTopics = new Set<string>();
  /** Reaches the gateway's log. */
  readonly log: RuntimeLog = {
    warn: (message, fields) => this.#log("warn", message, fields),
    error: (message, fields) => this.#log("error", message, fields),
  };
  readonly #place: HostPlace;
  readonly #peers = new Map<number, HostedPeer>();
  #touched: HostedPeer[] = [];
  #runtime: RouteRuntime | undefined;
  #hosted: HostedCalls | undefined;
  /** Of whom the last record was: the next is often of the same. */
  #latest: HostedPeer | undefined;

  constructor(place: HostPlace) {
    this.#place = place;
    this.outbox = new Outbox((batch) => place.send(batch), () => this.#tell());
  }

  retain(): void {
    this.#place.retain();
  }

  touch(peer: HostedPeer): void {
    peer.isTouched = true;
    this.#touched.push(peer);
    this.outbox.schedule();
  }

  forget(peer: HostedPeer): void {
    this.#peers.delete(peer.number);
    if (this.#latest === peer) this.#latest = undefined;
  }

  report(what: string, error: unknown, peer: string): void {
    this.#log("error", `${what} failed`, { error, peer });
  }

  /** One record. @throws {WireError} when it makes no sense. */
  readonly take: TakeRecord = (kind, flags, id, bytes, start, end) => {
    if (kind === DOWN.MESSAGE) return this.#peer(id)?.line.message(flags, bytes, start, end);
    if (kind < DOWN.ATTACH) return this.#takeCall(kind, id, bytes, start, end);
    if (kind === DOWN.ATTACH) return this.#attach(id, decodeValue(bytes, start, end) as PeerOpening);
    const peer = this.#peer(id);
    // Commands and events cross: it may have ended here already.
    if (peer === undefined) return this.#answerForNobody(kind, bytes, start, end);
    this.#takeEvent(kind, flags, peer, bytes, start, end);
  };

  #takeEvent(
    kind: number,
    flags: number,
    peer: HostedPeer,
    bytes: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
  ): void {
    switch (kind) {
      case DOWN.OPEN:
        return peer.line.open();
      case DOWN.DRAIN:
        return peer.drain(flags === 1);
      case DOWN.CLOSE: {
        const { call, info } = decodeValue(bytes, start, end) as CloseCall;
        return peer.line.close(call, info);
      }
      case DOWN.ABORT:
        return peer.abort(reasonOf(bytes, start, end));
      case DOWN.HALT:
        return this.#halt(peer, decodeValue(bytes, start, end) as PeerCall);
      case DOWN.ABANDON:
        this.#giveBack(peer, peer.line.refuse());
        return peer.line.abandon();
      case DOWN.SUSPEND: {
        const { call } = decodeValue(bytes, start, end) as PeerCall;
        return this.#answer(call, peer, () => peer.events.suspend());
      }
      case DOWN.RESUME: {
        const { call, state, reason } = decodeValue(bytes, start, end) as ResumeCall;
        return this.#answer(call, peer, () => peer.events.resume(state, reason));
      }
      case DOWN.REVOKE:
        peer.events.revoke(reasonOf(bytes, start, end));
        return this.forget(peer);
      case DOWN.BUFFERED:
        return peer.buffered(numberOf(bytes, start));
      case DOWN.SUBSCRIBE: {
        const { call, text } = decodeValue(bytes, start, end) as QuestionCall;
        return peer.line.question(call, () => peer.events.subscribe(text));
      }
      case DOWN.AUTHENTICATE: {
        const { call, text } = decodeValue(bytes, start, end) as QuestionCall;
        return peer.line.question(call, () => peer.events.authenticate(text));
      }
    }
    throw new WireError(`an event of the unknown kind ${kind}`);
  }

  #takeCall(kind: number, id: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if (kind === DOWN.PROBE) return this.outbox.writer.putNumber(UP.ALIVE, 0, id, this.#place.memoryBytes());
    if (kind === DOWN.ANSWER) {
      return this.calls.take(id)?.answered(start === end ? undefined : decodeValue(bytes, start, end));
    }
    if (kind === DOWN.FAILURE) return this.calls.take(id)?.failed(failureOf(decodeValue(bytes, start, end)));
    if (kind === DOWN.KEPT) return void this.plainTopics.delete(decoder.decode(bytes.subarray(start, end)));
    if (kind === DOWN.BOOT) return void this.#boot(decodeValue(bytes, start, end) as Boot);
    if (this.#hosted === undefined) throw new WireError(`a call of the kind ${kind} before the code was loaded`);
    this.#hosted.take(kind, id, bytes, start, end);
  }

  async #boot(boot: Boot): Promise<void> {
    try {
      const { routes, manifest } = await this.#place.load(boot);
      const runtime = this.#runtime = new InlineRuntime({
        routes,
        deployment: boot.deployment,
        poisonViews: boot.isDevelopment,
        publish: (topic, data) => this.#publish(topic, data),
        log: this.log,
      });
      this.#hosted = new HostedCalls(runtime, this.outbox);
      const { descriptors } = runtime;
      const ready: Ready = manifest === undefined ? { descriptors } : { descriptors, manifest };
      this.outbox.writer.putValue(UP.READY, 0, 0, ready);
    } catch (error) {
      this.outbox.writer.putValue(UP.UNFIT, 0, 0, errorRecord(error));
    }
  }

  #attach(id: number, opening: PeerOpening): void {
    if (this.#runtime === undefined) throw new WireError("a peer before the code was loaded");
    this.#peers.set(id, new HostedPeer(id, opening, this.#runtime, this));
  }

  /** What has not begun goes back to the gateway, and the answer follows when no handler is pending. */
  #halt(peer: HostedPeer, { call }: PeerCall): void {
    this.#giveBack(peer, peer.line.giveBack());
    peer.line.interlude(() => {
      // What handlers have said so far comes first.
      peer.tell();
      this.outbox.writer.putValue(UP.ANSWER, 0, call, undefined);
    });
  }

  #giveBack(peer: HostedPeer, { messages, isDrainDue }: Unbegun): void {
    for (const { form, bytes, start, end } of messages) {
      this.outbox.writer.put(UP.GIVEN_BACK, form, peer.number, bytes, start, end);
    }
    if (isDrainDue) this.outbox.writer.putEmpty(UP.DRAIN_GIVEN_BACK, 0, peer.number);
  }

  /** A hook that is called between two handlers. What comes meanwhile waits. */
  #answer(call: number, peer: HostedPeer, hook: () => unknown): void {
    peer.line.interlude(async () => {
      try {
        const result = await hook();
        peer.tell();
        this.outbox.writer.putValue(UP.ANSWER, 0, call, result);
      } catch (error) {
        this.outbox.writer.putValue(UP.FAILURE, 0, call, errorRecord(error));
      }
    });
  }

  #answerForNobody(kind: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if (!CALLS_OF_PEERS.has(kind)) return;
    const { call } = decodeValue(bytes, start, end) as PeerCall;
    this.outbox.writer.putValue(UP.ANSWER, 0, call, undefined);
  }

  #publish(topic: string, data: Payload): Promise<void> {
    return publishAs(this, UP.PUBLISH_ALL, 0, topic, data, false).then(() => {});
  }

  #log(level: LogLine["level"], message: string, { error, ...fields }: Readonly<Record<string, unknown>>): void {
    const line: LogLine = { level, message, fields };
    const told = error === undefined ? line : { ...line, error: errorRecord(error) };
    this.outbox.writer.putValue(UP.LOG, 0, 0, told);
  }

  #peer(id: number): HostedPeer | undefined {
    const latest = this.#latest;
    if (latest?.number === id) return latest;
    return this.#latest = this.#peers.get(id);
  }

  #tell(): void {
    const touched = this.#touched;
    this.#touched = [];
    for (const peer of touched) peer.tell();
  }
}

function reasonOf(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): DOMException {
  return new DOMException(decoder.decode(bytes.subarray(start, end)), "AbortError");
}

function numberOf(bytes: Uint8Array<ArrayBuffer>, start: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0, true);
}

/** Why a call of the code failed: with a stack of the code's own. */
function failureOf(record: unknown): unknown {
  const error = errorOf(record);
  if (!(error instanceof Error)) return error;
  return error.name === "TypeError" ? new TypeError(error.message) : new Error(error.message);
}
