/**
 * A broker in memory, that can be away, lose what it should bring, and leave in doubt what it has stored.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Broker, RuledTopic, Session, SessionEvents } from "../../lib/backplane/broker.ts";
import { Ending } from "../../lib/backplane/ending.ts";
import { decodeEnvelope } from "../../lib/backplane/envelope.ts";
import type { Append, StoreOutcome } from "../../lib/backplane/held_appends.ts";
import type { HistoryRule, Replay } from "../../lib/pubsub/mod.ts";
import type { SubscribeOptions } from "../../lib/subprotocol/mod.ts";

interface Stored {
  readonly id: string;
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What may go wrong with one store: it is not done, or it is done and nobody says so. */
export type StoreFault = "undone" | "unsaid";

/** What all nodes connect to. */
export class FakeServer {
  isUp = true;
  epoch = "e1";
  /** Of the next arrivals, whether each is lost. */
  losses: boolean[] = [];
  /** What goes wrong with the next stores. */
  storeFaults: Array<StoreFault | undefined> = [];
  /** What connecting ends with, while it is set. */
  refusal: Error | undefined;
  /** What reading ends with, while it is set. */
  readFault: Error | undefined;
  readonly sessions = new Set<FakeSession>();
  /** Connections that were tried. */
  attempts = 0;
  readonly #logs = new Map<string, Stored[]>();

  /** Away, with all connections. */
  stop(): void {
    this.isUp = false;
    for (const session of [...this.sessions]) session.drop("the server was stopped");
  }

  /** All histories are gone. */
  forget(epoch: string): void {
    this.epoch = epoch;
    this.#logs.clear();
  }

  log(topic: string): Stored[] {
    let log = this.#logs.get(topic);
    if (log === undefined) this.#logs.set(topic, log = []);
    return log;
  }

  broker(): Broker {
    return {
      name: "fake",
      where: "fake:1",
      connect: async (events) => {
        this.attempts++;
        await Promise.resolve();
        if (this.refusal !== undefined) throw this.refusal;
        if (!this.isUp) throw new Error("connection refused");
        const session = new FakeSession(this, events);
        this.sessions.add(session);
        return session;
      },
    };
  }

  /** Appends, each once, and brings them to who listens. */
  store(topic: string, batch: readonly Append[]): readonly number[] {
    const log = this.log(topic);
    return batch.map(({ id, bytes }) => {
      const known = log.find((entry) => entry.id === id);
      if (known !== undefined) return known.offset;
      const previous = log.at(-1)?.offset ?? 0;
      const offset = previous + 1;
      log.push({ id, offset, bytes });
      for (const session of this.sessions) {
        if (session.topics.has(topic) && this.losses.shift() !== true) {
          session.events.onStored(topic, { bytes, offset, previous, epoch: this.epoch });
        }
      }
      return offset;
    });
  }
}

/** One connection to it. */
export class FakeSession implements Session {
  readonly topics = new Map<string, RuledTopic>();
  readonly events: SessionEvents;
  /** Whether pings are answered. */
  isAnswering = true;
  readonly #server: FakeServer;
  readonly #ending = new Ending();

  constructor(server: FakeServer, events: SessionEvents) {
    this.#server = server;
    this.events = events;
  }

  get ended(): Promise<string> {
    return this.#ending.ended;
  }

  ping(): Promise<void> {
    return this.#ending.during(this.isAnswering ? Promise.resolve() : new Promise(() => {}));
  }

  send(topic: string, bytes: Uint8Array<ArrayBuffer>): void {
    for (const session of this.#server.sessions) {
      if (session !== this && session.topics.has(topic)) session.events.onSent(topic, bytes);
    }
  }

  subscribe(topics: readonly RuledTopic[]): Promise<void> {
    return this.#later(() => topics.forEach((each) => this.topics.set(each.topic, each)));
  }

  unsubscribe({ topic }: RuledTopic): void {
    this.topics.delete(topic);
  }

  store(topic: string, _rule: HistoryRule, batch: readonly Append[]): Promise<readonly StoreOutcome[]> {
    return this.#later(() => {
      const fault = this.#server.storeFaults.shift();
      if (fault === "undone") return batch.map(() => undefined);
      const offsets = this.#server.store(topic, batch);
      return fault === "unsaid" ? batch.map(() => undefined) : offsets;
    });
  }

  read(topic: string, rule: HistoryRule, { since, last = 0 }: SubscribeOptions): Promise<Replay> {
    return this.#later(() => {
      const { readFault, epoch } = this.#server;
      if (readFault !== undefined) throw readFault;
      const log = this.#server.log(topic);
      const kept = log.slice(-rule.limit);
      const position = { epoch, offset: log.at(-1)?.offset ?? 0 };
      const floor = (kept[0]?.offset ?? position.offset + 1) - 1;
      const isRecovered = since?.epoch === epoch && since.offset >= floor && since.offset <= position.offset;
      const missed = kept.filter(({ offset }) => isRecovered && offset > since.offset);
      const chosen = isRecovered ? missed : last === 0 ? [] : kept.slice(-last);
      const envelopes = chosen.map(({ offset, bytes }) => ({ ...decodeEnvelope(bytes)!, offset }));
      return { isRecovered, envelopes, position };
    });
  }

  drop(reason: string): void {
    this.#server.sessions.delete(this);
    this.#ending.end(reason);
  }

  close(): Promise<void> {
    this.drop("closed");
    return Promise.resolve();
  }

  /** On the way there and back, anything may happen. */
  async #later<T>(act: () => T): Promise<T> {
    return await this.#ending.during((async () => {
      await turn();
      if (this.#ending.reason !== undefined) throw new Error("too late");
      const result = act();
      await turn();
      return result;
    })());
  }
}

/** Lets everything run that can. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
