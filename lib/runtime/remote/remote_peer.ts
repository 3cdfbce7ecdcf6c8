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
import type { Admission, Awaitable, CloseInfo, ResumeReason } from "../../route/mod.ts";
import type { PeerCommands, PeerEvents } from "../../route/table.ts";
import { admissionOf } from "../admission.ts";
import { MAX_CONTEXT_BYTES } from "../context_check.ts";
import { GivenMessages } from "./given_messages.ts";
import type { PeerHome, PeerLink } from "./peer_link.ts";
import { numberOf, replyOf, textOf } from "./record_payloads.ts";
import type { CloseCall, PeerCall, PeerOpening, QuestionCall, ResumeCall } from "./record_values.ts";
import { RemoteAnswers } from "./remote_answers.ts";
import { RemoteTopics } from "./remote_topics.ts";
import { decodeValue } from "./value.ts";
import { DOWN, TEXT_FLAG, UP, WireError } from "./wire.ts";

/** What of a message's form the code needs to know. */
const FORM_BITS = FORM.TEXT | FORM.ASCII | FORM.REQUEST;

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
  readonly #given = new GivenMessages();
  #room: PromiseWithResolvers<void> | undefined;
  /** Calls of the code that its link answers; made for the first. */
  #answers: RemoteAnswers | undefined;
  #topics: RemoteTopics | undefined;
  /** The call that asks a question, while it is not answered. */
  #question: number | undefined;
  /** Sent by the code since it was told what is buffered. */
  #sentBytes = 0;
  #isDrainGivenBack = false;
  /** HALT, SUSPEND or RESUME calls under way: then a hand-over decides what becomes of the peer. */
  #moves = 0;
  #held: HeldMessage | undefined;
  #isOver = false;
  /** What new code has to do with it when it is there: nothing, where the connection fails with the old. */
  awaits: "open" | "resume" | "nothing" = "open";
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
      topics: [...commands.topics.names],
    };
    link.outbox.writer.putValue(DOWN.ATTACH, 0, this.#number, opening);
    if (this.#abortReason !== undefined) this.abort(this.#abortReason);
  }

  // Events down.

  open(): void | Promise<void> {
    if (this.#link === undefined) return this.#openLater();
    this.awaits = "resume";
    this.#link.outbox.writer.putEmpty(DOWN.OPEN, 0, this.#number);
  }

  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void> {
    const link = this.#link;
    if (link === undefined) return this.#hold({ form, bytes, start, end });
    link.outbox.writer.put(DOWN.MESSAGE, form & FORM_BITS, this.#number, bytes, start, end);
    link.count(this.#given.give(form, bytes, start, end));
    if (!this.#given.isUsedUp && !link.isFull) return;
    link.block(this);
    return (this.#room ??= Promise.withResolvers()).promise;
  }

  messages(walk: MessageWalk): void | Promise<void> {
    const { bytes } = walk;
    while (walk.next()) {
      const pending = this.message(walk.form, bytes, walk.start, walk.end);
      if (pending !== undefined) return pending;
    }
  }

  async subscribe(topic: string): Promise<boolean> {
    return await this.#askQuestion(DOWN.SUBSCRIBE, topic) === true;
  }

  async authenticate(token: string): Promise<boolean | Admission> {
    const answer = await this.#askQuestion(DOWN.AUTHENTICATE, token);
    try {
      return admissionOf(answer);
    } catch {
      return false; // Its side has checked what the hook said: this was said by none.
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
    const messages = this.#given.takeAll();
    if (messages.length === 0 && !this.#isDrainGivenBack) return;
    this.commands.giveBack(messages, this.#isDrainGivenBack);
    this.#isDrainGivenBack = false;
  }

  #giveHeldBack(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) {
      const { form, bytes, start, end } = held;
      this.commands.giveBack([{ form: form & FORM_BITS, bytes: bytes.slice(start, end) }], false);
    }
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
    this.awaits = "resume";
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
        return this.#counted(this.#given.settle(numberOf(bytes, start, end)));
      case UP.PING:
        if (end - start > MAX_CONTROL_BYTES) throw new WireError(`a ping of ${end - start} bytes`);
        return commands.ping(bytes.slice(start, end));
      case UP.CLOSE:
        return this.#close(bytes, start, end);
      case UP.TERMINATE:
        return commands.terminate();
      case UP.REPLY:
        return this.#reply(flags, bytes, start, end);
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
        return this.#answering()?.give(numberOf(bytes, start, end), () => commands.drained());
      case UP.GIVEN_BACK:
        return this.#counted(this.#given.takeBack(flags & FORM_BITS, bytes.slice(start, end)));
      case UP.DRAIN_GIVEN_BACK:
        this.#isDrainGivenBack = true;
        return;
    }
    if (this.#topicsOf()?.take(kind, flags, bytes, start, end) === true) return;
    throw new WireError(`a command of the unknown kind ${kind}`);
  }

  /** The link has room again. */
  unblock(): void {
    const link = this.#link;
    if (link !== undefined && (!this.#given.hasRoom || link.isFull)) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** The code has ended. What it was given and did not handle is lost. */
  lost(): void {
    this.#link = undefined;
    this.#given.forget();
    this.#answers?.drop();
    this.#answers = this.#topics = undefined;
    this.unblock();
    if (this.#isOver || this.#moves > 0 || this.#home.fateOf(this) === "wait") return;
    this.awaits = "nothing";
    this.commands.fail();
  }

  /** So many bytes were handled, or came back. */
  #counted(bytes: number): void {
    this.#link?.count(-bytes);
    if (this.#room !== undefined) this.unblock();
  }

  #answering(): RemoteAnswers | undefined {
    return this.#link === undefined ? undefined : this.#answers ??= new RemoteAnswers(this.#link);
  }

  #topicsOf(): RemoteTopics | undefined {
    const answers = this.#answering();
    if (this.#topics !== undefined || answers === undefined) return this.#topics;
    return this.#topics = new RemoteTopics(this.commands.topics, answers, (topic) => this.#home.checkTopic(topic));
  }

  #reply(flags: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const { request, data } = replyOf(flags, bytes, start, end);
    this.#given.answer(request);
    this.commands.reply(request, data);
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

  /** Code that ends, or is gone, has not said yes. */
  async #askQuestion(kind: number, text: string): Promise<unknown> {
    if (this.#link === undefined) await this.#back();
    const link = this.#link;
    if (link === undefined || this.#isOver) return false;
    const asked = this.#ask(kind, link, (call): QuestionCall => ({ call: this.#question = call, text }));
    const answer = await asked.catch(() => false);
    this.#question = undefined;
    return answer;
  }

  /** Resolves when the code is back, or is not waited for any more. */
  async #back(): Promise<void> {
    await Promise.race([this.#home.whenBack(), (this.#room ??= Promise.withResolvers()).promise]);
  }

  async #openLater(): Promise<void> {
    await this.#home.whenBack();
    if (this.#link !== undefined) await this.open();
  }

  /** A message that comes while the code is away waits for it to be back, or goes back itself. */
  async #hold(message: HeldMessage): Promise<void> {
    if (this.#isOver) return;
    this.#held = message;
    await this.#back();
    if (this.#held !== message) return;
    this.#held = undefined;
    const { form, bytes, start, end } = message;
    if (this.#link !== undefined && !this.#isOver) await this.message(form, bytes, start, end);
  }

  #left(): void {
    const link = this.#link;
    // What it was given and has not settled by now is never told of.
    link?.count(-this.#given.forget());
    this.#answers?.end();
    this.#answers = this.#topics = undefined;
    if (this.#question !== undefined) link?.calls.take(this.#question)?.answered(false);
    link?.leave(this.#number);
    this.#link = undefined;
    this.#home.left(this);
    this.unblock();
  }
}
