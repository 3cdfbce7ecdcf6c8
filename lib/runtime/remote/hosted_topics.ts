/**
 * The topics of a connection as remote code has them: commands become records, and what is to be answered a call.
 *
 * @module
 */
import { type Payload, viewOf } from "../../frame/mod.ts";
import { checkTopic } from "../../pubsub/mod.ts";
import type { Member, Subscribed, SubscribeOptions } from "../../route/mod.ts";
import type { TopicCommands } from "../../route/table.ts";
import type { Calls } from "./calls.ts";
import type { Outbox } from "./outbox.ts";
import { CALL_BYTES } from "./record_payloads.ts";
import type { JoinCall, SubscribeCall, TopicCall } from "./record_values.ts";
import { MAX_TOPICS, SELF_FLAG, TEXT_FLAG, UNANSWERED, UP } from "./wire.ts";

/** What topics need of their host. */
export interface TopicHost {
  readonly outbox: Outbox;
  readonly calls: Calls;
  /** Topics to which publications are not answered: there is nothing to wait for. */
  readonly plainTopics: Set<string>;
}

/** So many plain topics are remembered. */
const MAX_PLAIN_TOPICS = 1000;

/** The topics of one peer. */
export class HostedTopics implements TopicCommands {
  /** Those that it was in when the code got to know of it, and those that the code has put it into since. */
  readonly names: Set<string>;
  readonly #peer: number;
  readonly #host: TopicHost;
  /** The latest subscription to each topic that is not answered. */
  #subscribing: Map<string, number> | undefined;
  #isOver = false;

  /** @param peer its number on the wire. */
  constructor(peer: number, names: readonly string[], host: TopicHost) {
    this.#peer = peer;
    this.names = new Set(names);
    this.#host = host;
  }

  subscribe(topic: string, options?: SubscribeOptions): Subscribed | Promise<Subscribed> {
    if (this.#isOver) return { recovered: false };
    const name = topic.toWellFormed();
    if (this.names.size >= MAX_TOPICS && !this.names.has(name)) {
      return Promise.reject(new Error(`a peer may be in ${MAX_TOPICS} topics; ${topic} would be one more`));
    }
    this.names.add(name);
    return this.#subscribed(name, options);
  }

  unsubscribe(topic: string): void {
    const name = topic.toWellFormed();
    this.names.delete(name);
    this.#subscribing?.delete(name);
    this.#say(UP.UNSUBSCRIBE, name);
  }

  publish(topic: string, data: Payload, self: boolean): void | Promise<void> {
    const { outbox, plainTopics } = this.#host;
    if (!plainTopics.has(topic)) {
      const answer = publishAs(this.#host, UP.PUBLISH, this.#peer, topic, data, self);
      return answer.then((isPlain) => isPlain === true ? this.#remember(topic) : undefined);
    }
    putPublication(outbox, UP.PUBLISH, this.#peer, UNANSWERED, encodedName(topic), data, self);
  }

  join(topic: string, key: string, state: string): void | Promise<void> {
    if (this.#isOver) return;
    return this.#ask(UP.JOIN, (call): JoinCall => ({ call, topic: topic.toWellFormed(), key, state }));
  }

  leave(topic: string): void {
    this.#say(UP.LEAVE, topic);
  }

  members(topic: string): Promise<readonly Member[]> {
    return this.#ask(UP.MEMBERS, (call): TopicCall => ({ call, topic: topic.toWellFormed() }));
  }

  watch(topic: string): void | Promise<void> {
    if (this.#isOver) return;
    return this.#ask(UP.WATCH, (call): TopicCall => ({ call, topic: topic.toWellFormed() }));
  }

  unwatch(topic: string): void {
    this.#say(UP.UNWATCH, topic);
  }

  /** The peer leaves, and its topics with it. */
  end(): void {
    this.#isOver = true;
    this.names.clear();
  }

  #remember(topic: string): void {
    const { plainTopics } = this.#host;
    // What is not cannot be told apart on the wire.
    if (!topic.isWellFormed()) return;
    if (plainTopics.size >= MAX_PLAIN_TOPICS) plainTopics.clear();
    plainTopics.add(topic);
  }

  async #subscribed(topic: string, options: SubscribeOptions | undefined): Promise<Subscribed> {
    const subscribing = this.#subscribing ??= new Map();
    let mine = 0;
    try {
      return await this.#ask(UP.SUBSCRIBE, (call): SubscribeCall => {
        mine = call;
        subscribing.set(topic, call);
        return options === undefined ? { call, topic } : { call, topic, options };
      });
    } catch (error) {
      // The code may have asked once more since.
      if (subscribing.get(topic) === mine) this.names.delete(topic);
      throw error;
    } finally {
      if (subscribing.get(topic) === mine) subscribing.delete(topic);
    }
  }

  async #ask<T>(kind: number, value: (call: number) => unknown): Promise<T> {
    const { calls, outbox } = this.#host;
    return await calls.ask((call) => outbox.writer.putValue(kind, 0, this.#peer, value(call))) as T;
  }

  #say(kind: number, topic: string): void {
    this.#host.outbox.writer.putText(kind, 0, this.#peer, topic);
  }
}

const encoder = new TextEncoder();

/** The topic that was published to last, as it is written: the next is often the same. */
let latest = { topic: "", name: new Uint8Array(0) };

/** @throws {TypeError} */
function encodedName(topic: string): Uint8Array {
  if (topic !== latest.topic || topic === "") latest = { topic, name: encoder.encode(checkTopic(topic)) };
  return latest.name;
}

/**
 * Publishes: to be answered when the gateway has done its part.
 *
 * @param kind PUBLISH of a peer, or PUBLISH_ALL.
 * @returns what it was answered.
 * @throws {TypeError} when the topic is none.
 */
export function publishAs(
  { calls, outbox }: Pick<TopicHost, "calls" | "outbox">,
  kind: number,
  id: number,
  topic: string,
  data: Payload,
  self: boolean,
): Promise<unknown> {
  const name = encodedName(topic);
  return calls.ask((call) => putPublication(outbox, kind, id, call, name, data, self));
}

function putPublication(
  outbox: Outbox,
  kind: number,
  id: number,
  call: number,
  name: Uint8Array,
  data: Payload,
  self: boolean,
): void {
  const isText = typeof data === "string";
  const payload = isText ? data : viewOf(data);
  const nameStart = CALL_BYTES + 2;
  const head = new Uint8Array(nameStart + name.length + (isText ? 0 : payload.length));
  for (let at = 0; at < CALL_BYTES; at++) head[at] = call >>> (8 * at);
  head[CALL_BYTES] = name.length & 0xff;
  head[CALL_BYTES + 1] = name.length >> 8;
  head.set(name, nameStart);
  if (typeof payload !== "string") head.set(payload, nameStart + name.length);
  const flags = (isText ? TEXT_FLAG : 0) | (self ? SELF_FLAG : 0);
  outbox.writer.putTexts(kind, flags, id, head, typeof payload === "string" ? payload : "");
}
