/**
 * Messages in, bytes out: frames are appended where the next write will take them from.
 *
 * The buffer is a queue of segments. Frames that fit share the last segment, so that everything sent in one turn leaves
 * in one write; a long payload gets a segment of its own, and what many are sent is not copied at all. No frame ever
 * straddles two segments. At most one segment is in flight, and what is appended meanwhile coalesces behind it.
 *
 * @module
 */
import { placeOf, placeOfView, sharedArena } from "./arena.ts";
import { FIN_BIT, frameBytes, headerBytes, MAX_SERVER_HEADER_BYTES, writeHeader } from "./header.ts";
import { OPCODE } from "./opcode.ts";
import type { Segment, SegmentOwner, SegmentSource } from "./segment.ts";
import type { SharedRun } from "./shared_run.ts";
import { showSegments } from "./show_segments.ts";
import { GATHERED_UP_TO, TextBatch, TOGETHER_FROM_BYTES, writeTexts } from "./text_batch.ts";
import { encodeText, utf8Bytes } from "./text_encoder.ts";

/** Payloads up to this length share a segment with other frames. */
const SHARED_UP_TO = 32 * 1024;

/**
 * A string up to this length is encoded straight into the shared segment, three bytes a character reserved. A longer
 * one is measured first: what is reserved in vain is memory held for a peer that does not read.
 */
const TEXT_SHARED_UP_TO = 1024;

/** The output of one connection. */
export class WriteBuffer {
  readonly #source: SegmentSource;
  /** Complete or in flight, first out first. */
  readonly #queue: Segment[] = [];
  /** The segment that still takes frames; not in the queue. */
  #filling: Segment | undefined;
  /** In its place: frames that are shared, and can be followed by more of the kind. */
  #run: SharedRun | undefined;
  /** Bytes appended and not yet written: a small integer, where a count of all that was appended would become a double. */
  #byteLength = 0;
  #written = 0;
  /** Up to here the stream is not frames but HTTP. */
  #framesFrom = 0;
  /** So many segments are in flight: one, or more where {@linkcode beginMore} was asked for them. */
  #inFlight = 0;
  #excessBytes = 0;
  /** Short texts that are not encoded yet: they come behind everything else. */
  #texts: TextBatch | undefined;
  /** Length of the last shared segment: the next is likely to become as long. */
  #lastLength = 0;

  constructor(source: SegmentSource) {
    this.#source = source;
  }

  /**
   * Bytes appended and not yet written, those in flight included. Texts that are not encoded yet count as if they were
   * ASCII; {@linkcode measure} knows better.
   */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** {@linkcode byteLength}, exactly. */
  measure(): number {
    this.#encodeTexts();
    return this.#byteLength;
  }

  /** Memory kept until all is written, in bytes: more than is to be written where payloads are sent where they lie. */
  get heldBytes(): number {
    return this.byteLength + this.#excessBytes;
  }

  /** Bytes written since the beginning. */
  get writtenBytes(): number {
    return this.#written;
  }

  /** Where in the stream the next byte comes to stand. */
  get #appended(): number {
    return this.#written + this.#byteLength;
  }

  /** True between {@linkcode begin} and {@linkcode wrote}. */
  get isInFlight(): boolean {
    return this.#inFlight > 0;
  }

  /** So many of the bytes that are written next come before a frame begins: the rest of one, or of an HTTP response. */
  get bytesToFrame(): number {
    return this.#frameBoundary() - this.#written;
  }

  /** Shows the first `count` bytes of what is in flight, a piece of each segment: before {@linkcode wrote} is called. */
  show(count: number, to: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    showSegments(this.#queue, this.#written, this.#written + count, to);
  }

  /** Appends bytes that are not a frame: an HTTP response. They are copied. */
  appendBytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const segment = this.#room(bytes.length);
    segment.bytes.set(bytes, segment.length);
    this.#commit(segment, bytes.length);
    this.#framesFrom = this.#appended;
  }

  /** Appends an unfragmented frame with a copy of this payload. */
  appendFrame(opcode: number, payload: Uint8Array): void {
    this.#append(opcode, payload, placeOfView(payload), 0, payload.length);
  }

  /** Appends an unfragmented frame with a copy of `bytes[start, end)`. */
  appendPart(opcode: number, bytes: Uint8Array, start: number, end: number): void {
    this.#append(opcode, bytes, placeOf(bytes), start, end);
  }

  #append(opcode: number, bytes: Uint8Array, place: number, start: number, end: number): void {
    const payloadBytes = end - start;
    const segment = this.#room(headerBytes(payloadBytes) + payloadBytes);
    const { length } = segment;
    if (place !== -1 && segment.place !== -1 && payloadBytes <= 0xffff) {
      const { kernel } = sharedArena()!;
      const written = kernel.frame(segment.place + length, FIN_BIT | opcode, place + start, payloadBytes);
      return this.#commit(segment, written);
    }
    const payloadAt = writeHeader(segment.bytes, length, FIN_BIT | opcode, payloadBytes);
    segment.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), payloadAt);
    this.#commit(segment, payloadAt + payloadBytes - length);
  }

  /** Appends an unfragmented text frame. Short ones are encoded later, many at a time. */
  appendText(text: string): void {
    if (text.length > GATHERED_UP_TO) return this.#appendOneText(text);
    const texts = this.#texts ??= new TextBatch();
    this.#byteLength += texts.add(text);
    if (texts.isFull) this.#encodeTexts();
  }

  /** What was gathered becomes frames, before anything else is appended or written. */
  #encodeTexts(): void {
    const byteLength = this.#texts?.byteLength ?? 0;
    if (byteLength === 0) return;
    const texts = this.#texts!.take()!;
    this.#byteLength -= byteLength;
    if (typeof texts === "string") return this.#appendOneText(texts);
    if (byteLength >= TOGETHER_FROM_BYTES) {
      const segment = this.#room(byteLength);
      if (writeTexts(texts, segment.bytes, segment.length, byteLength)) return this.#commit(segment, byteLength);
    }
    for (const text of texts) this.#appendOneText(text);
  }

  #appendOneText(text: string): void {
    if (text.length > TEXT_SHARED_UP_TO) return this.#appendLongText(text);
    const segment = this.#room(MAX_SERVER_HEADER_BYTES + text.length * 3);
    const at = segment.length;
    // ASCII is the common case: the payload is written where its header would end, and moved if that was wrong.
    const guessed = at + headerBytes(text.length);
    const payloadBytes = encodeText(text, segment.bytes, guessed) - guessed;
    const payloadAt = at + headerBytes(payloadBytes);
    if (payloadAt !== guessed) segment.bytes.copyWithin(payloadAt, guessed, guessed + payloadBytes);
    writeHeader(segment.bytes, at, FIN_BIT | OPCODE.TEXT, payloadBytes);
    this.#commit(segment, payloadAt + payloadBytes - at);
  }

  #appendLongText(text: string): void {
    const payloadBytes = utf8Bytes(text);
    const segment = this.#room(headerBytes(payloadBytes) + payloadBytes);
    const payloadAt = writeHeader(segment.bytes, segment.length, FIN_BIT | OPCODE.TEXT, payloadBytes);
    encodeText(text, segment.bytes, payloadAt);
    this.#commit(segment, payloadAt + payloadBytes - segment.length);
  }

  /** Appends frames that are already encoded, and shared with others. They are not copied if it can be helped. */
  appendShared(run: SharedRun): void {
    this.#encodeTexts();
    if (this.#filling === undefined) {
      const joined = this.#run === undefined ? run : this.#run.followedBy(run);
      if (joined !== undefined) return this.#share(joined, run.bytes.length);
    }
    const { bytes } = run;
    const tailBytes = this.#filling?.length ?? this.#run?.bytes.length ?? 0;
    if (tailBytes + bytes.length > SHARED_UP_TO) {
      this.#closeTail();
      return this.#share(run, bytes.length);
    }
    const segment = this.#room(bytes.length);
    segment.bytes.set(bytes, segment.length);
    this.#commit(segment, bytes.length);
  }

  #share(run: SharedRun, addedBytes: number): void {
    this.#run = run;
    this.#byteLength += addedBytes;
  }

  /**
   * Appends a frame around a payload that stays where it is: its header is written into the bytes just before.
   *
   * @param start so far from the beginning of `bytes` that the header finds room, on bytes that matter to nobody.
   * @param owner gets `bytes` when they have been written, or dropped. Until then they must not be changed.
   */
  appendInPlace(
    opcode: number,
    bytes: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
    owner: SegmentOwner,
  ): void {
    const headerAt = start - headerBytes(end - start);
    writeHeader(bytes, headerAt, FIN_BIT | opcode, end - start);
    this.#appendSegment(bytes, headerAt, end, owner);
  }

  /**
   * What to write next, or `undefined` when there is nothing or a write is in flight. The bytes stay untouched until
   * {@linkcode wrote} says how many were taken.
   */
  begin(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#inFlight > 0) return undefined;
    this.#encodeTexts();
    if (this.#queue.length === 0) {
      if (this.#filling !== undefined) this.#lastLength = this.#filling.length;
      this.#closeTail();
      if (this.#queue.length === 0) return undefined;
    }
    const { bytes, start, streamStart, length } = this.#queue[0]!;
    const isWhole = length === bytes.length && this.#written === streamStart;
    // A view costs more than the rest of this: what is shared leaves as it is.
    const next = isWhole ? bytes : bytes.subarray(start + this.#written - streamStart, start + length);
    this.#inFlight = 1;
    return next;
  }

  /**
   * What may go with the write that is under way, and from now on belongs to it: whole segments, up to about so many
   * bytes. For who writes more than one segment at a time.
   */
  beginMore(maxBytes: number): Uint8Array<ArrayBuffer>[] {
    this.#encodeTexts();
    this.#closeTail();
    const more: Uint8Array<ArrayBuffer>[] = [];
    for (let left = maxBytes; this.#inFlight < this.#queue.length; this.#inFlight++) {
      const { bytes, start, length } = this.#queue[this.#inFlight]!;
      left -= length;
      if (left < 0) break;
      more.push(bytes.subarray(start, start + length));
    }
    return more;
  }

  /** The write that {@linkcode begin} started took `count` bytes: all of them, or only the first. */
  wrote(count: number): void {
    const isOne = this.#inFlight < 2;
    this.#inFlight = 0;
    this.#written += count;
    this.#byteLength -= count;
    if (this.#shiftWritten() && !isOne) { while (this.#queue.length > 0 && this.#shiftWritten()); }
  }

  /** Lets go of the first segment, if all of it is written. */
  #shiftWritten(): boolean {
    const segment = this.#queue[0]!;
    if (this.#written < segment.streamStart + segment.length) return false;
    this.#queue.shift();
    this.#release(segment);
    return true;
  }

  /**
   * Forgets every frame of which no byte has been offered to the operating system. What is in flight stays, and so do
   * the rest of a frame that has been written in part, for the stream must go on where a frame begins, and bytes that
   * are not frames.
   */
  dropQueued(): void {
    this.#texts?.take();
    const end = this.#keptEnd();
    this.#closeTail();
    this.#byteLength = end - this.#written;
    for (let last = this.#queue.at(-1); last !== undefined; last = this.#queue.at(-1)) {
      last.length = Math.min(last.length, end - last.streamStart);
      if (last.length > Math.max(0, this.#written - last.streamStart)) return;
      this.#queue.pop();
      this.#release(last);
    }
  }

  /** Gives every segment back that no write is using. For a connection that has ended. */
  dispose(): void {
    for (const segment of this.#queue.splice(this.#inFlight)) this.#release(segment);
    if (this.#filling !== undefined) this.#release(this.#filling);
    this.#filling = this.#run = this.#texts = undefined;
    const last = this.#queue.at(-1);
    this.#byteLength = last === undefined ? 0 : last.streamStart + last.length - this.#written;
  }

  /** Up to here the stream must stay as it is. */
  #keptEnd(): number {
    // A pending write may yet take any of its bytes: the whole of its segments stays.
    const last = this.#queue[this.#inFlight - 1];
    if (last !== undefined) return Math.max(last.streamStart + last.length, this.#framesFrom);
    return this.#frameBoundary();
  }

  /** The first place at or after what is written where a frame ends: found by walking our own headers. */
  #frameBoundary(): number {
    const first = this.#queue[0];
    if (first === undefined || this.#written < this.#framesFrom) return Math.max(this.#written, this.#framesFrom);
    const { bytes, start, streamStart } = first;
    let at = Math.max(streamStart, this.#framesFrom);
    while (at < this.#written) at += frameBytes(bytes, start + at - streamStart);
    return at;
  }

  /** A segment with room for this many bytes at its end. */
  #room(byteLength: number): Segment {
    this.#encodeTexts();
    const filling = this.#filling;
    if (filling !== undefined) {
      if (filling.bytes.length - filling.length >= byteLength) return filling;
      // A small segment that has grown too small moves to a larger one: still a single write.
      if (filling.length + byteLength <= SHARED_UP_TO) return this.#move(filling, filling.length + byteLength);
      this.#closeTail();
    } else if (this.#run !== undefined) {
      const { bytes } = this.#run;
      if (bytes.length + byteLength <= SHARED_UP_TO) return this.#copyRun(bytes, byteLength);
      this.#closeTail();
    }
    // Only where nothing waits before it: what a peer does not read must not lie in buffers that stay empty.
    const expected = this.#queue.length > this.#inFlight ? 0 : Math.min(this.#lastLength, SHARED_UP_TO);
    const bytes = this.#source.take(Math.max(byteLength, expected));
    return this.#filling = this.#segment(bytes, this.#appended);
  }

  #move(from: Segment, atLeast: number): Segment {
    const bytes = this.#source.take(Math.max(atLeast, from.bytes.length + 1));
    bytes.set(from.bytes.subarray(0, from.length));
    this.#source.give(from.bytes);
    this.#filling = this.#segment(bytes, from.streamStart);
    this.#filling.length = from.length;
    return this.#filling;
  }

  /** A frame of our own comes behind what is shared: copied, both leave in a single write. */
  #copyRun(run: Uint8Array, byteLength: number): Segment {
    const bytes = this.#source.take(run.length + byteLength);
    bytes.set(run);
    this.#run = undefined;
    this.#filling = this.#segment(bytes, this.#appended - run.length);
    this.#filling.length = run.length;
    return this.#filling;
  }

  #segment(bytes: Uint8Array<ArrayBuffer>, streamStart: number): Segment {
    return { bytes, place: placeOf(bytes), start: 0, streamStart, length: 0, excessBytes: 0, owner: this.#source };
  }

  /** Queues bytes that are complete, and somebody else's. */
  #appendSegment(bytes: Uint8Array<ArrayBuffer>, start: number, end: number, owner: SegmentOwner): void {
    this.#encodeTexts();
    this.#closeTail();
    const length = end - start;
    const excessBytes = bytes.length - length;
    this.#queue.push({ bytes, place: -1, start, streamStart: this.#appended, length, excessBytes, owner });
    this.#byteLength += length;
    this.#excessBytes += excessBytes;
  }

  #commit(segment: Segment, byteLength: number): void {
    segment.length += byteLength;
    this.#byteLength += byteLength;
  }

  /** Queues what could still take more. */
  #closeTail(): void {
    if (this.#filling !== undefined) {
      this.#queue.push(this.#filling);
      this.#filling = undefined;
    } else if (this.#run !== undefined) {
      const { bytes } = this.#run;
      const { length } = bytes;
      this.#queue.push({
        bytes,
        place: -1,
        start: 0,
        streamStart: this.#appended - length,
        length,
        excessBytes: 0,
        owner: undefined,
      });
      this.#run = undefined;
    }
  }

  #release(segment: Segment): void {
    this.#excessBytes -= segment.excessBytes;
    segment.owner?.give(segment.bytes);
  }
}
