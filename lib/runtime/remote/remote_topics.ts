/**
 * What remote code does with the topics of one peer: records become commands, each of them checked.
 *
 * @module
 */
import type { Awaitable } from "../../route/mod.ts";
import type { TopicCommands } from "../../route/table.ts";
import { utf8Bytes } from "../../frame/mod.ts";
import { MAX_KEY_LENGTH, MAX_STATE_BYTES } from "../inline_presence.ts";
import { checkSubscribeOptions } from "../subscribe_options.ts";
import { publicationOf, textOf } from "./record_payloads.ts";
import type { JoinCall, SubscribeCall, TopicCall } from "./record_values.ts";
import type { RemoteAnswers } from "./remote_answers.ts";
import { decodeValue } from "./value.ts";
import { MAX_TOPICS, SELF_FLAG, UNANSWERED, UP, WireError } from "./wire.ts";

/** The most that a call may say, its publication apart: what is in it is bounded by much less. */
const MAX_CALL_BYTES = 16 * 1024;

/** The topics of one peer. */
export class RemoteTopics {
  readonly #commands: TopicCommands;
  readonly #answers: RemoteAnswers;
  readonly #checkTopic: (topic: string) => string;

  /** @param checkTopic throws a {@linkcode WireError} for a topic that the code may not use. */
  constructor(commands: TopicCommands, answers: RemoteAnswers, checkTopic: (topic: string) => string) {
    this.#commands = commands;
    this.#answers = answers;
    this.#checkTopic = checkTopic;
  }

  /** A record. @returns false when it is of another kind. @throws {WireError} when the code may not say it. */
  take(kind: number, flags: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
    const commands = this.#commands;
    switch (kind) {
      case UP.PUBLISH:
        this.#publish(flags, bytes, start, end);
        return true;
      case UP.SUBSCRIBE:
        this.#subscribe(callOf<SubscribeCall>(bytes, start, end));
        return true;
      case UP.UNSUBSCRIBE:
        commands.unsubscribe(this.#checkTopic(textOf(bytes, start, end)));
        return true;
      case UP.JOIN:
        this.#join(callOf<JoinCall>(bytes, start, end));
        return true;
      case UP.LEAVE:
        commands.leave(this.#checkTopic(textOf(bytes, start, end)));
        return true;
      case UP.MEMBERS:
        this.#ask(callOf(bytes, start, end), (topic) => commands.members(topic));
        return true;
      case UP.WATCH:
        this.#ask(callOf(bytes, start, end), (topic) => commands.watch(topic));
        return true;
      case UP.UNWATCH:
        commands.unwatch(this.#checkTopic(textOf(bytes, start, end)));
        return true;
    }
    return false;
  }

  #publish(flags: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const { call, topic, payload } = publicationOf(flags, bytes, start, end);
    const name = this.#checkTopic(topic);
    const publish = (): void | Promise<void> => this.#commands.publish(name, payload, (flags & SELF_FLAG) !== 0);
    // What is through at once is so for each publication to this topic, until the topic gets a history.
    if (call !== UNANSWERED) return this.#answers.give(call, () => publish() ?? true);
    this.#answers.pass(name, publish);
  }

  #subscribe(call: Unchecked<SubscribeCall>): void {
    const options = optionsOf(call.options);
    this.#ask(call, (topic) => {
      const { names } = this.#commands;
      if (names.size >= MAX_TOPICS && !names.has(topic)) {
        throw new WireError(`more topics of one peer than ${MAX_TOPICS}`);
      }
      return this.#commands.subscribe(topic, options);
    });
  }

  #join({ key, state, ...call }: Unchecked<JoinCall>): void {
    if (typeof key !== "string" || key.length > MAX_KEY_LENGTH || !key.isWellFormed()) {
      throw new WireError("a key that is none");
    }
    if (typeof state !== "string" || utf8Bytes(state) > MAX_STATE_BYTES || !isJson(state)) {
      throw new WireError("a state that is none");
    }
    this.#ask(call, (topic) => this.#commands.join(topic, key, state));
  }

  #ask({ call, topic }: Unchecked<TopicCall>, work: (topic: string) => Awaitable<unknown>): void {
    if (typeof call !== "number" || call >>> 0 !== call) throw new WireError("a call without a number");
    if (typeof topic !== "string" || !topic.isWellFormed()) throw new WireError("a call without a topic");
    const name = this.#checkTopic(topic);
    this.#answers.give(call, () => work(name));
  }
}

/** A value as whoever means harm may have made it. */
type Unchecked<T> = { readonly [K in keyof T]?: unknown };

function callOf<T extends TopicCall>(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Unchecked<T> {
  if (end - start > MAX_CALL_BYTES) throw new WireError(`a call of ${end - start} bytes`);
  const call = decodeValue(bytes, start, end);
  if (typeof call !== "object" || call === null) throw new WireError("a call that says nothing");
  return call;
}

function optionsOf(options: unknown): ReturnType<typeof checkSubscribeOptions> {
  try {
    return checkSubscribeOptions(options);
  } catch (cause) {
    throw new WireError("a subscription with options that are none", { cause });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
