/**
 * One connection to NATS.
 *
 * @module
 */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { ConnectionOptions, Msg, NatsConnection, Subscription } from "@nats-io/nats-core";
import { NatsConnectionImpl, setTransportFactory } from "@nats-io/nats-core/internal";
import type { HistoryRule, Replay } from "../pubsub/mod.ts";
import { messageOf } from "../route/table.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import type { BackplaneClock, RuledTopic, Session, SessionEvents } from "./broker.ts";
import type { BrokerUrl } from "./broker_url.ts";
import { Ending } from "./ending.ts";
import type { Append, StoreOutcome } from "./held_appends.ts";
import { NatsHistory } from "./nats_history.ts";
import { historyNames, sentSubject } from "./nats_names.ts";
import { NatsTransport } from "./nats_transport.ts";
import { RefusedError } from "./refused_error.ts";
import { SendBudget } from "./send_budget.ts";

/** What a session is made of. */
export interface NatsSessionParts {
  readonly url: BrokerUrl;
  readonly prefix: string;
  readonly clock: BackplaneClock;
  readonly events: SessionEvents;
}

/** How long connecting may take. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects once.
 *
 * @throws {RefusedError} when the credentials are refused.
 * @throws {Error} when it did not succeed this time.
 */
export async function connectNats(parts: NatsSessionParts): Promise<Session> {
  setTransportFactory({ factory: () => new NatsTransport() });
  try {
    return new NatsSession(await NatsConnectionImpl.connect(connectionOptions(parts.url)), parts);
  } catch (error) {
    if (!(error instanceof Error && /^(?:User)?Auth/.test(error.name))) throw error;
    throw new RefusedError(
      `NATS_URL: the server at ${parts.url.where} refuses the credentials; give others: nats://user:password@host:port`,
    );
  }
}

function connectionOptions({ hosts, user, password, isEncrypted }: BrokerUrl): ConnectionOptions {
  return {
    servers: [...hosts],
    name: "sockeye",
    // Topics without history: what a node sends itself it has fanned out already.
    noEcho: true,
    // A session ends once; who wants another connects again.
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    noAsyncTraces: true,
    ...(isEncrypted ? { tls: {} } : {}),
    ...(user === "" ? {} : password === "" ? { token: user } : { user, pass: password }),
  };
}

class NatsSession implements Session {
  readonly #nc: NatsConnection;
  readonly #parts: NatsSessionParts;
  readonly #ending = new Ending();
  readonly #history: Promise<NatsHistory>;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #budget: SendBudget;

  constructor(nc: NatsConnection, parts: NatsSessionParts) {
    this.#nc = nc;
    this.#parts = parts;
    this.#budget = new SendBudget(() => nc.flush());
    this.#history = this.#openHistory();
    nc.closed().then((error) => this.#ending.end(error === undefined ? "closed" : messageOf(error)));
    this.#listen();
  }

  get ended(): Promise<string> {
    return this.#ending.ended;
  }

  ping(): Promise<void> {
    return this.#ending.during(this.#nc.flush());
  }

  send(topic: string, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#ending.reason !== undefined || !this.#budget.take(bytes.length)) return;
    try {
      this.#nc.publish(sentSubject(this.#parts.prefix, topic), bytes);
    } catch (error) {
      // Longer than the server takes, or closed this moment.
      this.#parts.events.told("a publication was not passed on", { topic, reason: messageOf(error) });
    }
    this.#budget.sent();
  }

  async subscribe(topics: readonly RuledTopic[]): Promise<void> {
    for (const { topic, rule } of topics) {
      this.#subscriptions.get(topic)?.unsubscribe();
      this.#subscriptions.set(topic, rule === undefined ? this.#hearSent(topic) : this.#hearStored(topic, rule));
    }
    await this.ping();
  }

  unsubscribe({ topic }: RuledTopic): void {
    this.#subscriptions.get(topic)?.unsubscribe();
    this.#subscriptions.delete(topic);
  }

  async store(topic: string, rule: HistoryRule, batch: readonly Append[]): Promise<readonly StoreOutcome[]> {
    return await (await this.#history).store(topic, rule, batch);
  }

  async read(topic: string, rule: HistoryRule, request: SubscribeOptions): Promise<Replay> {
    return await (await this.#history).read(topic, rule, request);
  }

  drop(reason: string): void {
    this.#ending.end(reason);
    this.#nc.close().catch(() => {
      // It is closed, which was the aim.
    });
  }

  async close(): Promise<void> {
    await this.ping();
    await this.#nc.close();
  }

  async #openHistory(): Promise<NatsHistory> {
    const { clock, prefix, url } = this.#parts;
    // Whether JetStream is there shows when it is needed.
    const options = { checkAPI: false, timeout: 10_000 };
    const jsm = await jetstreamManager(this.#nc, options);
    const js = jetstream(this.#nc, options);
    return new NatsHistory({ nc: this.#nc, js, jsm, ending: this.#ending, clock, prefix, where: url.where });
  }

  #hearSent(topic: string): Subscription {
    const { events, prefix } = this.#parts;
    return this.#nc.subscribe(sentSubject(prefix, topic), {
      callback: (error, { data }) => {
        if (error === null) events.onSent(topic, data);
      },
    });
  }

  #hearStored(topic: string, rule: HistoryRule): Subscription {
    const { events, prefix } = this.#parts;
    return this.#nc.subscribe(historyNames(prefix, rule, topic).live, {
      callback: (error, message) => {
        if (error !== null) return;
        const offset = numberIn(message, "Nats-Sequence");
        if (offset === 0) return;
        const previous = numberIn(message, "Nats-Last-Sequence");
        const bytes = message.data.length === 0 ? undefined : message.data;
        events.onStored(topic, { bytes, offset, previous, epoch: undefined });
      },
    });
  }

  /** What the server complains of, rights that are missing say, goes to the log. */
  async #listen(): Promise<void> {
    for await (const status of this.#nc.status()) {
      if (status.type === "error") {
        this.#parts.events.told("the NATS server complains", { reason: status.error.message });
      }
    }
  }
}

function numberIn(message: Msg, header: string): number {
  return Number(message.headers?.get(header) ?? 0);
}
