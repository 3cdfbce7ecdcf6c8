/**
 * The handlers of one connection whose code runs elsewhere: events become records, and records become commands.
 *
 * @module
 */
import {
  advanceUtf8,
  FORM,
  isUserCloseCode,
  MAX_CONTROL_BYTES,
  MAX_REASON_BYTES,
  type MessageForm,
  type MessageWalk,
  UTF8_ACCEPT,
} from "../../frame/mod.ts";
import type { Awaitable, CloseInfo, ResumeReason } from "../../route/mod.ts";
import type { GivenBack, PeerCommands, PeerEvents, RequestRecord } from "../../route/table.ts";
import { MAX_CONTEXT_BYTES } from "../context_check.ts";
import type { Calls } from "./calls.ts";
import type { Outbox } from "./outbox.ts";
import { numberOf, publicationOf, textOf } from "./record_payloads.ts";
import type { CloseCall, PeerCall, PeerOpening, ResumeCall } from "./record_values.ts";
import { decodeValue } from "./value.ts";
import { DOWN, MESSAGE_OVERHEAD_BYTES, SELF_FLAG, TEXT_FLAG, UP, WireError } from "./wire.ts";

/** Beyond so many bytes of messages that were not handled yet, a peer is not read. */
const CREDIT_BYTES = 64 * 1024;

/** So many topics one peer may be in, and so many times its code may wait for it to drain. */
const MAX_TOPICS = 10_000;
const MAX_WAITS = 1000;

/** What of a message's form the code needs to know. */
const FORM_BITS = FORM.TEXT | FORM.ASCII;

/** The link of a peer to its code. */
export interface PeerLink {
  readonly outbox: Outbox;
  readonly calls: Calls;
  /** True when the code, or the way there, is behind with all that it was given. */
  readonly isFull: boolean;
  /** So many bytes were given to the code, or have been handled. */
  count(bytes: number): void;
  /** The peer waits until the link is not full any more. */
  block(peer: RemotePeer): void;
  /** A number for the peer. */
  join(peer: RemotePeer): number;
  leave(number: number): void;
}

/** What a peer needs of its runtime. */
export interface PeerHome {
  /** What the code may know of a request. */
  shown(request: RequestRecord): RequestRecord;
  /** @throws {WireError} when the code has no right to this topic. */
  checkTopic(topic: string): string;
  /** Resolves when a link is there again, or the peer has ended. */
  whenBack(): Promise<void>;
  /** What becomes of a peer whose code has ended: "wait" for new code, or "fail". */
  fateOf(peer: RemotePeer): "wait" | "fail";
  /** The peer has left this runtime. */
  left(peer: RemotePeer): void;
}

interface HeldMessage {
  readonly form: MessageForm;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
}

/** One connection. */
export class RemotePeer implements PeerEvents {
  readonly commands: PeerCommands;
  /** Index in the runtime's descriptors. */
  readonly route: number;
  readonly #home: PeerHome;
  #link: PeerLink | undefined;
  #number = 0;
  /** Given to the code and not handled yet. */
  #unsettledBytes = 0;
  #room: PromiseWithResolvers<void> | undefined;
  /** Calls of `drained` that are not answered. */
  #waits = 0;
  /** Sent by the code since it was told what is buffered. */
  #sentBytes = 0;
  #givenBack: GivenBack[] = [];
  #isDrainGivenBack = false;
  /** HALT, SUSPEND or RESUME calls under way: then a hand-over decides what becomes of the peer. */
  #moves = 0;
  #held: HeldMessage | undefined;
  #isOver = false;
  /** What new code has to do with it when it is there: nothing, where the connection fails with the old. */
  awaits: "open" | "resume" | "nothing" = "resume";
  #abortReason: DOMException | undefined;

  constructor(commands: PeerCommands, route: number, home: PeerHome) {
    this.commands = commands;
    this.route = route;
    this.#home = home;
  }

  /** Has the code know of it. */
  join(link: PeerLink): void {
    this.#link = link;
    this.#number = link.join(this);
    const { commands, route } = this;
    const opening: PeerOpening = {
      route,
      peer: commands.id,
      request: this.#home.shown(commands.request),
      params: commands.params,
      subprotocol: commands.subprotocol,
      transport: commands.transport,
      bufferedAmount: commands.bufferedAmount,
      highWaterBytes: commands.highWaterBytes,
      ...(commands.context === undefined ? {} : { context: commands.context }),
      topics: [...commands.topics],
    };
    link.outbox.writer.putValue(DOWN.ATTACH, 0, this.#number, opening);
    if (this.#abortReason !== undefined) this.abort(this.#abortReason);
  }

  // Events down.

  open(): void | Promise<void> {
    if (this.#link === undefined) return this.#openLater();
    this.#link.outbox.writer.putEmpty(DOWN.OPEN, 0, this.#number);
  }

  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
    const link = this.#link;
    if (link === undefined) return this.#hold({ form, bytes, start, end });
    link.outbox.writer.put(DOWN.MESSAGE, form & FORM_BITS, this.#number, bytes, start, end);
    return this.#given(link, end - start);
  }

  messages(walk: MessageWalk): void | Promise<void> {
    const { bytes } = walk;
    while (walk.next()) {
      const pending = this.message(walk.form, bytes, walk.start, walk.end);
      if (pending !== undefined) return pending;
    }
  }

  drain(): void {
    this.#link?.outbox.writer.putEmpty(DOWN.DRAIN, 0, this.#number);
  }

  async close(info: CloseInfo): Promise<void> {
    const link = this.#link;
    this.#isOver = true;
    if (link === undefined) return this.#left();
    const asked = this.#ask(DOWN.CLOSE, link, (call): CloseCall => ({ call, info }));
    // Of code that has ended meanwhile nothing is to be expected.
    await asked.catch(() => {});
    this.#left();
  }

  abort(reason: DOMException): void {
    this.#abortReason = reason;
    this.#link?.outbox.writer.putText(DOWN.ABORT, 0, this.#number, reason.message);
  }

  async halt(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return this.#giveHeldBack();
    // Who asks has other code ready: what the old one did last is its own affair.
    await this.#move(DOWN.HALT, link, (call): PeerCall => ({ call })).catch(() => {});
    if (this.#givenBack.length === 0 && !this.#isDrainGivenBack) return;
    this.commands.giveBack(this.#givenBack, this.#isDrainGivenBack);
    this.#givenBack = [];
    this.#isDrainGivenBack = false;
  }

  #giveHeldBack(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const { form, bytes, start, end } = held;
    this.commands.giveBack([{ form: form & FORM_BITS, bytes: bytes.slice(start, end) }], false);
    this.unblock();
  }

  abandon(): void {
    this.#link?.outbox.writer.putEmpty(DOWN.ABANDON, 0, this.#number);
  }

  suspend(): Awaitable<unknown> {
    const link = this.#link;
    // The code is gone, and with it what it knew.
    if (link === undefined) return undefined;
    const asked = this.#move(DOWN.SUSPEND, link, (call): PeerCall => ({ call }));
    return asked.catch((error) => {
      if (this.#link === link) throw error;
    });
  }

  async resume(state: unknown, reason: ResumeReason): Promise<void> {
    const link = this.#link;
    if (link === undefined) throw new Error("the code has ended before it could take the peer over");
    await this.#move(
      DOWN.RESUME,
      link,
      (call): ResumeCall => state === undefined ? { call, reason } : { call, state, reason },
    );
  }

  revoke(reason: DOMException): void {
    this.#link?.outbox.writer.putText(DOWN.REVOKE, 0, this.#number, reason.message);
    this.#isOver = true;
    this.#left();
  }

  // From the link.

  /** A record of this peer. @throws {WireError} when it is none that the code may send. */
  take(kind: number, flags: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const { commands } = this;
    switch (kind) {
      case UP.SEND:
        return this.#send((flags & TEXT_FLAG) !== 0, bytes, start, end);
      case UP.SETTLED:
        return this.#settled(numberOf(bytes, start, end));
      case UP.PING:
        if (end - start > MAX_CONTROL_BYTES) throw new WireError(`a ping of ${end - start} bytes`);
        return commands.ping(bytes.slice(start, end));
      case UP.CLOSE:
        return this.#close(bytes, start, end);
      case UP.TERMINATE:
        return commands.terminate();
      case UP.SUBSCRIBE:
        if (commands.topics.size >= MAX_TOPICS) throw new WireError(`more topics of one peer than ${MAX_TOPICS}`);
        return commands.subscribe(this.#home.checkTopic(textOf(bytes, start, end)));
      case UP.UNSUBSCRIBE:
        return commands.unsubscribe(textOf(bytes, start, end));
      case UP.PUBLISH: {
        const { topic, payload } = publicationOf(flags, bytes, start, end);
        return commands.publish(this.#home.checkTopic(topic), payload, (flags & SELF_FLAG) !== 0);
      }
      case UP.FAIL:
        return commands.fail();
      case UP.CONTEXT:
        if (end - start > MAX_CONTEXT_BYTES) throw new WireError(`a context of ${end - start} bytes`);
        commands.context = decodeValue(bytes, start, end);
        return;
      case UP.WANT_DRAIN:
        // Where more is buffered the gateway says when it has drained.
        if (commands.bufferedAmount > commands.highWaterBytes) return;
        return this.#link?.outbox.writer.putEmpty(DOWN.DRAIN, 1, this.#number);
      case UP.WANT_DRAINED:
        if (++this.#waits > MAX_WAITS) throw new WireError(`more waits for one peer to drain than ${MAX_WAITS}`);
        return void this.#answerDrained(numberOf(bytes, start, end));
      case UP.GIVEN_BACK:
        return this.#takeBack(flags & FORM_BITS, bytes.slice(start, end));
      case UP.DRAIN_GIVEN_BACK:
        this.#isDrainGivenBack = true;
        return;
    }
    throw new WireError(`a command of the unknown kind ${kind}`);
  }

  /** The link has room again. */
  unblock(): void {
    const link = this.#link;
    if (link !== undefined && (this.#unsettledBytes > CREDIT_BYTES / 2 || link.isFull)) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** The code has ended. What it was given and did not handle is lost. */
  lost(): void {
    this.#link = undefined;
    this.#unsettledBytes = 0;
    this.unblock();
    if (this.#isOver || this.#moves > 0 || this.#home.fateOf(this) === "wait") return;
    this.awaits = "nothing";
    this.commands.fail();
  }

  #given(link: PeerLink, byteLength: number): void | Promise<void> {
    const bytes = byteLength + MESSAGE_OVERHEAD_BYTES;
    this.#unsettledBytes += bytes;
    link.count(bytes);
    if (this.#unsettledBytes < CREDIT_BYTES && !link.isFull) return;
    link.block(this);
    return (this.#room ??= Promise.withResolvers()).promise;
  }

  #settled(bytes: number): void {
    // Who claims more than it was given gains nothing by it.
    const settled = Math.min(bytes, this.#unsettledBytes);
    this.#unsettledBytes -= settled;
    this.#link?.count(-settled);
    if (this.#room !== undefined) this.unblock();
  }

  #send(isText: boolean, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const { commands } = this;
    if (isText && advanceUtf8(UTF8_ACCEPT, bytes, start, end) !== UTF8_ACCEPT) {
      throw new WireError("a text that is not UTF-8");
    }
    commands.forward(isText, bytes, start, end);
    this.#sentBytes += end - start;
    if (this.#sentBytes < commands.highWaterBytes / 4) return;
    this.#sentBytes = 0;
    this.#link?.outbox.writer.putNumber(DOWN.BUFFERED, 0, this.#number, commands.bufferedAmount);
  }

  #close(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const code = end - start < 2 ? 0 : bytes[start]! | (bytes[start + 1]! << 8);
    if (!isUserCloseCode(code)) throw new WireError(`the close code ${code}`);
    if (end - start - 2 > MAX_REASON_BYTES) throw new WireError(`a close reason of ${end - start - 2} bytes`);
    this.commands.close(code, textOf(bytes, start + 2, end));
  }

  async #answerDrained(call: number): Promise<void> {
    await this.commands.drained();
    this.#waits--;
    this.#link?.outbox.writer.putNumber(DOWN.DRAINED, 0, this.#number, call);
  }

  #takeBack(form: MessageForm, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length + MESSAGE_OVERHEAD_BYTES > this.#unsettledBytes) {
      throw new WireError("a message given back that was never given");
    }
    this.#givenBack.push({ form, bytes });
    this.#settled(bytes.length + MESSAGE_OVERHEAD_BYTES);
  }

  async #move(kind: number, link: PeerLink, value: (call: number) => unknown): Promise<unknown> {
    this.#moves++;
    try {
      return await this.#ask(kind, link, value);
    } finally {
      this.#moves--;
    }
  }

  #ask(kind: number, { calls, outbox }: PeerLink, value: (call: number) => unknown): Promise<unknown> {
    return calls.ask((call) => outbox.writer.putValue(kind, 0, this.#number, value(call)));
  }

  async #openLater(): Promise<void> {
    this.awaits = "open";
    await this.#home.whenBack();
    this.awaits = "resume";
    if (this.#link !== undefined) await this.open();
  }

  /** A message that comes while the code is away waits for it to be back, or goes back itself. */
  async #hold(message: HeldMessage): Promise<void> {
    if (this.#isOver) return;
    this.#held = message;
    await Promise.race([this.#home.whenBack(), (this.#room ??= Promise.withResolvers()).promise]);
    if (this.#held !== message) return;
    this.#held = undefined;
    const { form, bytes, start, end } = message;
    if (this.#link !== undefined && !this.#isOver) await this.message(form, bytes, start, end);
  }

  #left(): void {
    // What it was given and has not settled by now is never told of.
    this.#link?.count(-this.#unsettledBytes);
    this.#unsettledBytes = 0;
    this.#link?.leave(this.#number);
    this.#link = undefined;
    this.#home.left(this);
    this.unblock();
  }
}
