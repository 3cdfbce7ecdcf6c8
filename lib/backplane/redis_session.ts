/**
 * One connection to Redis; in truth two, because a server cuts a subscriber off that long answers make slow.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createClient, RESP_TYPES } from "redis";
import type { HistoryRule, Replay } from "../pubsub/mod.ts";
import { messageOf } from "../route/table.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import type { RuledTopic, Session, SessionEvents } from "./broker.ts";
import type { BrokerUrl } from "./broker_url.ts";
import { Ending } from "./ending.ts";
import type { Append, StoreOutcome } from "./held_appends.ts";
import { isAuthError } from "./redis_errors.ts";
import { RedisHistory } from "./redis_history.ts";
import { readLive, type RedisSpace, type TopicNames, topicNames } from "./redis_names.ts";
import { RedisSubscriptions } from "./redis_subscriptions.ts";
import { RefusedError } from "./refused_error.ts";
import { SendBudget } from "./send_budget.ts";

/** What a session is made of. */
export interface RedisSessionParts {
  readonly url: BrokerUrl;
  readonly space: RedisSpace;
  /** Of this node, without `:`; what it has sent itself it does not hear. */
  readonly nodeId: string;
  readonly events: SessionEvents;
}

/** How long connecting may take. */
const CONNECT_TIMEOUT_MS = 5_000;

type Client = ReturnType<typeof newClient>;

/**
 * Connects once.
 *
 * @throws {RefusedError} when the credentials are refused.
 * @throws {Error} when it did not succeed this time.
 */
export async function connectRedis(parts: RedisSessionParts): Promise<Session> {
  const { url, space } = parts;
  const ending = new Ending();
  const [commands, subscriber] = [newClient(url, space, ending), newClient(url, space, ending)];
  try {
    await Promise.all([commands.connect(), subscriber.connect()]);
    const session = new RedisSession(commands, subscriber, parts, ending);
    await session.open();
    return session;
  } catch (error) {
    for (const client of [commands, subscriber]) client.destroy();
    if (!isAuthError(error)) throw error;
    throw new RefusedError(
      `REDIS_URL: the server at ${url.where} refuses the credentials; give others: redis://user:password@host:port`,
    );
  }
}

function newClient({ hosts, isEncrypted, user, password }: BrokerUrl, { database }: RedisSpace, ending: Ending) {
  const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(hosts[0] ?? "") ?? [];
  const socket = { host, port: Number(port), connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false as const };
  const client = createClient({
    socket: isEncrypted ? { ...socket, tls: true as const } : socket,
    database,
    // A session ends once; who wants another connects again, and holds what waits.
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    ...(user === "" ? {} : { username: user }),
    ...(password === "" ? {} : { password }),
  });
  // Without a listener an error would end the process.
  client.on("error", (error) => ending.end(messageOf(error)));
  client.on("end", () => ending.end("closed"));
  return client;
}

class RedisSession implements Session {
  readonly #commands: Client;
  readonly #subscriber: Client;
  readonly #parts: RedisSessionParts;
  readonly #ending: Ending;
  readonly #subscriptions: RedisSubscriptions<RuledTopic>;
  readonly #budget: SendBudget;
  readonly #nodeMark: Buffer;
  #history: RedisHistory | undefined;

  constructor(commands: Client, subscriber: Client, parts: RedisSessionParts, ending: Ending) {
    this.#commands = commands;
    this.#subscriber = subscriber;
    this.#parts = parts;
    this.#ending = ending;
    this.#nodeMark = Buffer.from(`${parts.nodeId}:`);
    this.#budget = new SendBudget(() => this.#command(["PING"]));
    const listener = (message: Buffer, channel: Buffer) => this.#onMessage(message, String(channel));
    this.#subscriptions = new RedisSubscriptions({
      subscribe: (channels) => subscriber.subscribe(channels, listener, true),
      unsubscribe: (channels) => subscriber.unsubscribe(channels, listener, true),
    });
  }

  get ended(): Promise<string> {
    return this.#ending.ended;
  }

  async open(): Promise<void> {
    this.#history = await RedisHistory.open({
      command: (words) => this.#command(words),
      space: this.#parts.space,
      demoted: (reason) => this.drop(reason),
    });
  }

  async ping(): Promise<void> {
    await this.#ending.during(Promise.all([this.#commands.ping(), this.#subscriber.ping()]));
  }

  send(topic: string, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#ending.reason !== undefined || !this.#budget.take(bytes.length)) return;
    const message = Buffer.concat([this.#nodeMark, bytes]);
    this.#command(["PUBLISH", this.#names(topic).sent, message]).catch((error) => {
      this.#parts.events.told("a publication was not passed on", { topic, reason: messageOf(error) });
    });
    this.#budget.sent();
  }

  async subscribe(topics: readonly RuledTopic[]): Promise<void> {
    const channels = new Map(topics.map((each) => [this.#channel(each), each]));
    await this.#ending.during(this.#subscriptions.add(channels));
  }

  unsubscribe(topic: RuledTopic): void {
    this.#subscriptions.remove(this.#channel(topic));
  }

  async store(topic: string, rule: HistoryRule, batch: readonly Append[]): Promise<readonly StoreOutcome[]> {
    return await this.#history!.store(topic, rule, batch);
  }

  async read(topic: string, rule: HistoryRule, request: SubscribeOptions): Promise<Replay> {
    return await this.#history!.read(topic, rule, request);
  }

  drop(reason: string): void {
    this.#ending.end(reason);
    for (const client of [this.#commands, this.#subscriber]) client.destroy();
  }

  async close(): Promise<void> {
    await this.ping();
    this.drop("closed");
  }

  /** Sends a command; texts and numbers in the answer come as bytes. */
  #command(words: ReadonlyArray<string | Buffer>): Promise<unknown> {
    return this.#ending.during(
      this.#commands.sendCommand(words, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }),
    );
  }

  #names(topic: string): TopicNames {
    return topicNames(this.#parts.space, topic);
  }

  #channel({ topic, rule }: RuledTopic): string {
    const { live, sent } = this.#names(topic);
    return rule === undefined ? sent : live;
  }

  #onMessage(message: Buffer, channel: string): void {
    const ruled = this.#subscriptions.get(channel);
    if (ruled === undefined) return;
    const { events } = this.#parts;
    if (ruled.rule === undefined) {
      const start = message.indexOf(":") + 1;
      if (!message.subarray(0, start).equals(this.#nodeMark)) events.onSent(ruled.topic, message.subarray(start));
      return;
    }
    const live = readLive(message);
    if (live !== undefined) events.onStored(ruled.topic, { ...live, previous: live.offset - 1 });
  }
}
