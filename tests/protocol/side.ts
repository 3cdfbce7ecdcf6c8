/**
 * The server's side of a connection for tests: a protocol over a write buffer, and what the peer would see of it.
 *
 * @module
 */
import {
  type DeflateTerms,
  encodeFrame,
  FORM,
  type MessageForm,
  OPCODE,
  PreparedMessage,
  ProtocolError,
  Receiver,
  type ViolationName,
  WriteBuffer,
} from "../../lib/frame/mod.ts";
import { type ProtocolEvents, type ProtocolOptions, ServerProtocol } from "../../lib/protocol/mod.ts";
import { concat, Recorder, RFC_KEY, utf8 } from "../frame/recorder.ts";
import { CountingSource } from "../frame/segment_source.ts";

/** Limits that no test reaches by accident. */
export const PROTOCOL_OPTIONS: ProtocolOptions = {
  maxMessageBytes: 1 << 20,
  maxFragments: 1024,
  highWaterBytes: 64 * 1024,
};

/** One protocol, its output, and what it told. */
export class Side implements ProtocolEvents {
  readonly source: CountingSource = new CountingSource();
  readonly output: WriteBuffer = new WriteBuffer(this.source);
  readonly protocol: ServerProtocol;
  /** `text …`, `binary …`, `peer close`, `violation NAME`, in order. */
  readonly told: string[] = [];
  /** Called for each message, before it is written down. */
  onEachMessage: () => void = () => {};

  constructor(options: Partial<ProtocolOptions> = {}, deflate?: DeflateTerms) {
    this.protocol = new ServerProtocol({ ...PROTOCOL_OPTIONS, ...options }, this.output, this, undefined, deflate);
  }

  onMessage(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.onEachMessage();
    const kind = (form & FORM.COMPRESSED) !== 0 ? "compressed " : "";
    this.told.push(`${kind}${(form & FORM.TEXT) !== 0 ? "text" : "binary"} ${bytes.subarray(start, end).toHex()}`);
  }

  onPeerClose(): void {
    this.told.push("peer close");
  }

  onViolation(violation: ViolationName): void {
    this.told.push(`violation ${violation}`);
  }

  /** Frames from the client arrive in one chunk. */
  receive(...frames: readonly Uint8Array[]): number {
    const chunk = concat(...frames);
    return this.protocol.receive(chunk, 0, chunk.length);
  }

  /** Everything that waits is written; its bytes. */
  written(): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array[] = [];
    for (let bytes = this.output.begin(); bytes !== undefined; bytes = this.output.begin()) {
      parts.push(bytes.slice());
      this.output.wrote(bytes.length);
    }
    return concat(...parts);
  }

  /** Everything that waits is written; what a client reads of it, in the words of {@linkcode Recorder}. */
  seen(): readonly string[] {
    return readAsClient(this.written());
  }
}

/** What a strict client reads in a stream; the last entry is `broken NAME` or `unfinished` when it is no whole frames. */
export function readAsClient(stream: Uint8Array): readonly string[] {
  const recorder = new Recorder();
  const options = { maxMessageBytes: 2 ** 40, maxFragments: 2 ** 20, expectMasked: false };
  const receiver = new Receiver(options, recorder);
  try {
    receiver.receive(new Uint8Array(stream), 0, stream.length);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    recorder.events.push(`broken ${error.violation}`);
  }
  // A ping behind the stream shows that it ended where a frame ends.
  const count = recorder.events.length;
  const isOver = recorder.events.some((event) => event.startsWith("close ") || event.startsWith("broken "));
  if (isOver) return recorder.events;
  const probe = encodeFrame({ opcode: OPCODE.PING, payload: utf8("end of stream") });
  receiver.receive(probe, 0, probe.length);
  const isWhole = recorder.events.splice(count).join() === `ping ${utf8("end of stream").toHex()}`;
  return isWhole ? recorder.events : [...recorder.events, "unfinished"];
}

/** A client's Close frame. */
export function closeFrame(code?: number, reason = ""): Uint8Array {
  const payload = code === undefined ? new Uint8Array() : concat(Uint8Array.of(code >> 8, code & 0xff), utf8(reason));
  return encodeFrame({ opcode: OPCODE.CLOSE, payload, maskKey: RFC_KEY });
}

/** A message prepared for many. */
export function prepared(text: string): PreparedMessage {
  return new PreparedMessage(text);
}
