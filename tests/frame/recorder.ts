/**
 * Drives a receiver and writes down what it tells, in words that compare.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  encodeFrame,
  FORM,
  type Frame,
  type MessageForm,
  type MessageWalk,
  ProtocolError,
  Receiver,
  type ReceiverEvents,
  type ReceiverOptions,
  sharedArena,
  type ViolationName,
} from "../../lib/frame/mod.ts";

/** Limits that no test reaches by accident. */
export const WIDE: ReceiverOptions = { maxMessageBytes: 1 << 20, maxFragments: 1024, expectMasked: true };

/** The key of the RFC's own examples. RFC 6455 §5.7. */
export const RFC_KEY = Uint8Array.fromHex("37fa213d");

/** Writes every event down: `text 48656c6c6f`, `ping `, `close 1000 bye`. */
export class Recorder implements ReceiverEvents {
  readonly events: string[] = [];
  /** For each message, whether it lay in the chunk. */
  readonly borrowed: boolean[] = [];
  /** Number of buffers that came with messages, to be kept. */
  gifts = 0;

  onMessage(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const isBorrowed = (form & FORM.BORROWED) !== 0;
    const kind = (form & FORM.COMPRESSED) !== 0 ? "compressed " : "";
    this.events.push(`${kind}${(form & FORM.TEXT) !== 0 ? "text" : "binary"} ${bytes.subarray(start, end).toHex()}`);
    this.borrowed.push(isBorrowed);
    if (!isBorrowed && bytes.length > 0) this.gifts++;
  }

  onPing(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.events.push(`ping ${bytes.subarray(start, end).toHex()}`);
  }

  onPong(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.events.push(`pong ${bytes.subarray(start, end).toHex()}`);
  }

  onClose(code: number, reason: string): void {
    this.events.push(`close ${code} ${reason}`);
  }
}

/** Takes messages in one go where it can, and stops each other time after one, two or three. */
class RecorderInOneGo extends Recorder {
  #walks = 0;

  onMessages(walk: MessageWalk): void {
    const most = [Infinity, 1, Infinity, 2, Infinity, 3][this.#walks++ % 6]!;
    const before = walk.taken;
    while (walk.taken - before < most && walk.next()) this.onMessage(walk.form, walk.bytes, walk.start, walk.end);
  }
}

/** What came of a stream. */
export interface Outcome {
  readonly events: readonly string[];
  readonly violation: ViolationName | undefined;
}

/**
 * Feeds a receiver chunk by chunk until the end or the first violation: from the arena, and then from the buffers it is
 * given, which must come to the same.
 */
export function receiveAll(chunks: Iterable<Uint8Array<ArrayBuffer>>, options: Partial<ReceiverOptions> = {}): Outcome {
  const given = [...chunks];
  const arena = sharedArena()!;
  const parts = given.map((chunk) => arena.take(Math.max(1, chunk.length))!.subarray(0, chunk.length));
  for (const [index, part] of parts.entries()) part.set(given[index]!);
  const there = receiveFrom(parts, options);
  for (const [index, part] of parts.entries()) part.set(given[index]!);
  assertEquals(receiveFrom(parts, options, new RecorderInOneGo()), there, "in one go and one by one");
  for (const part of parts) arena.give(part.length === 0 ? new Uint8Array(part.buffer, part.byteOffset, 1) : part);
  const outcome = receiveFrom(given, options);
  assertEquals(there, outcome, "in the arena and elsewhere");
  return outcome;
}

function receiveFrom(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  options: Partial<ReceiverOptions>,
  recorder = new Recorder(),
): Outcome {
  const receiver = new Receiver({ ...WIDE, ...options }, recorder);
  try {
    for (const chunk of chunks) receiver.receive(chunk, 0, chunk.length);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { events: recorder.events, violation: error.violation };
  }
  return { events: recorder.events, violation: undefined };
}

/** What came of a stream that arrives in one chunk. The bytes are copied first: receiving unmasks in place. */
export function receive(stream: Uint8Array, options: Partial<ReceiverOptions> = {}): Outcome {
  return receiveAll([new Uint8Array(stream)], options);
}

/** What came of a stream that arrives a byte at a time. */
export function receiveByByte(stream: Uint8Array, options: Partial<ReceiverOptions> = {}): Outcome {
  return receiveAll(Array.from(stream, (byte) => Uint8Array.of(byte)), options);
}

/** A client's frame: masked with the key of the RFC's examples unless another is given. */
export function masked(opcode: number, payload: Uint8Array | string = "", rest: Partial<Frame> = {}): Uint8Array {
  return encodeFrame({ opcode, payload: utf8(payload), maskKey: RFC_KEY, ...rest });
}

/** A string as UTF-8; bytes as they are. */
export function utf8(payload: Uint8Array | string): Uint8Array {
  return typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
}

/** One array out of many. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
