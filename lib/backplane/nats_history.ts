/**
 * Histories in JetStream: one stream for each rule, one subject for each topic.
 *
 * A position is the sequence of one of the topic's messages. While that message is there, so is all that came after it:
 * a stream drops a subject's oldest first. So a topic that is read before anything was published gets a message without
 * content, to have a position.
 *
 * @module
 */
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import { createInbox, type Msg, nanos, type NatsConnection } from "@nats-io/nats-core";
import type { HistoryRule, Replay, StoredEnvelope } from "../pubsub/mod.ts";
import { limited } from "../route/table.ts";
import type { Position, SubscribeOptions } from "../subprotocol/mod.ts";
import type { BackplaneClock } from "./broker.ts";
import type { Ending } from "./ending.ts";
import { decodeEnvelope } from "./envelope.ts";
import type { Append, StoreOutcome } from "./held_appends.ts";
import { asRefused, isJetStreamOff, isLostRace, isOverlap, outcomeOf } from "./nats_errors.ts";
import { deliveryOf, type HistoryNames, historyNames, streamConfig } from "./nats_names.ts";

/** What histories are kept with. */
export interface NatsHistoryParts {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly ending: Ending;
  readonly clock: BackplaneClock;
  readonly prefix: string;
  readonly where: string;
}

/** How long the broker may take to answer. */
const ANSWER_TIMEOUT_MS = 10_000;

/** How often a stream is tried to be made that others make at the same moment, ... */
const MAKE_ATTEMPTS = 5;
/** ... and the pause between. */
const MAKE_PAUSE_MS = 20;

/** A server that has JetStream and has only begun says for a moment that it has none: so often it is asked again, ... */
const BEGIN_ATTEMPTS = 20;
/** ... and the pause between. */
const BEGIN_PAUSE_MS = 100;

/** What lies in a topic. */
interface Retained {
  readonly messages: readonly Kept[];
  /** The broker's time when they were asked for. */
  readonly now: number;
}

interface Kept {
  readonly seq: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The histories of one session. */
export class NatsHistory {
  readonly #parts: NatsHistoryParts;
  /** Streams that are known to be there, or are being made. */
  readonly #streams = new Map<string, Promise<void>>();

  constructor(parts: NatsHistoryParts) {
    this.#parts = parts;
  }

  async store(topic: string, rule: HistoryRule, batch: readonly Append[]): Promise<readonly StoreOutcome[]> {
    const names = this.#names(rule, topic);
    try {
      await this.#ensure(names, rule);
    } catch (error) {
      return batch.map(() => outcomeOf(asRefused(error, this.#parts.where)));
    }
    const { js, ending } = this.#parts;
    const outcomes = await ending.during(Promise.all(batch.map(async ({ id, bytes }): Promise<StoreOutcome> => {
      try {
        return (await js.publish(names.subject, bytes, { msgID: id, timeout: ANSWER_TIMEOUT_MS, retries: 1 })).seq;
      } catch (error) {
        return outcomeOf(error);
      }
    })));
    // The stream may be gone: it is looked for before the next attempt.
    if (outcomes.includes(undefined)) this.#streams.delete(names.stream);
    return outcomes;
  }

  async read(topic: string, rule: HistoryRule, request: SubscribeOptions): Promise<Replay> {
    const names = this.#names(rule, topic);
    try {
      return await this.#read(names, rule, request);
    } catch (error) {
      // Deleted since it was last seen, perhaps: once more from the beginning.
      if (!this.#streams.delete(names.stream)) throw asRefused(error, this.#parts.where);
    }
    try {
      return await this.#read(names, rule, request);
    } catch (error) {
      throw asRefused(error, this.#parts.where);
    }
  }

  #names(rule: HistoryRule, topic: string): HistoryNames {
    return historyNames(this.#parts.prefix, rule, topic);
  }

  async #ensure({ stream }: HistoryNames, rule: HistoryRule): Promise<void> {
    let made = this.#streams.get(stream);
    if (made === undefined) {
      made = this.#make(stream, rule);
      this.#streams.set(stream, made);
      made.catch(() => this.#streams.delete(stream));
    }
    await made;
  }

  /** Leaves one that is there as it is: its replicas and its place are the operator's to choose. */
  async #make(stream: string, rule: HistoryRule): Promise<void> {
    const { jsm, prefix, ending } = this.#parts;
    for (let attempt = 1; !await this.#isThere(stream); attempt++) {
      try {
        return void await ending.during(jsm.streams.add(streamConfig(prefix, rule)));
      } catch (error) {
        // Of nodes that make it at the same moment, one is told yes, and others that it overlaps with itself.
        if (!isOverlap(error) || attempt === MAKE_ATTEMPTS) throw error;
        await this.#pause(MAKE_PAUSE_MS);
      }
    }
  }

  async #isThere(stream: string): Promise<boolean> {
    const { nc, jsm, ending } = this.#parts;
    for (let attempt = 1;; attempt++) {
      try {
        await ending.during(jsm.streams.info(stream));
        return true;
      } catch (error) {
        if ((error as Error).name === "StreamNotFoundError") return false;
        const mayBegin = isJetStreamOff(error) && nc.info?.jetstream === true;
        if (!mayBegin || attempt === BEGIN_ATTEMPTS) throw error;
        await this.#pause(BEGIN_PAUSE_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    const { ending, clock } = this.#parts;
    return ending.during(new Promise<void>((resolve) => void clock.setTimer(resolve, ms)));
  }

  async #read(names: HistoryNames, rule: HistoryRule, { since, last = 0 }: SubscribeOptions): Promise<Replay> {
    const { epoch, newest } = await this.#place(names, rule);
    const isHere = since?.epoch === epoch;
    if (isHere && since.offset === newest) return { isRecovered: true, envelopes: [], position: since };
    if (isHere && since.offset < newest) {
      const after = await this.#after(names, rule, since, newest);
      if (after !== undefined) return { isRecovered: true, ...replay(epoch, after, newest) };
    }
    const count = Math.min(last, rule.limit);
    if (count === 0) return { isRecovered: false, ...replay(epoch, [], newest) };
    const { messages, now } = await this.#retained(names, 0, newest);
    const counting = messages.filter(({ at, bytes }) => bytes.length > 0 && at >= now - rule.ttlMs);
    return { isRecovered: false, ...replay(epoch, counting.slice(-count), newest) };
  }

  /** The epoch, and the sequence of the topic's newest message; makes one where there is none. */
  async #place(names: HistoryNames, rule: HistoryRule): Promise<{ epoch: string; newest: number }> {
    const { js, jsm, ending } = this.#parts;
    await this.#ensure(names, rule);
    const [stream, newest] = await ending.during(Promise.all([
      jsm.streams.info(names.stream),
      jsm.streams.getMessage(names.stream, { last_by_subj: names.subject }),
    ]));
    const epoch = stream.created.replace(/\D/g, "");
    if (newest !== null) return { epoch, newest: newest.seq };
    try {
      const expect = { lastSubjectSequence: 0 };
      const { seq } = await ending.during(js.publish(names.subject, new Uint8Array(), { expect, retries: 1 }));
      return { epoch, newest: seq };
    } catch (error) {
      if (isLostRace(error)) return await this.#place(names, rule);
      throw error;
    }
  }

  /** All that came after a position; undefined when some of it is gone, or too old. */
  async #after(names: HistoryNames, rule: HistoryRule, since: Position, newest: number) {
    const { messages: [first, ...after], now } = await this.#retained(names, since.offset, newest);
    if (first?.seq !== since.offset) return undefined;
    return after.every(({ at }) => at >= now - rule.ttlMs) ? after : undefined;
  }

  /** The messages of a topic from a sequence on, up to one that is there, or beyond. */
  async #retained({ stream, subject }: HistoryNames, from: number, newest: number): Promise<Retained> {
    const { nc, jsm, clock, ending } = this.#parts;
    const inbox = createInbox();
    const { promise, resolve } = Promise.withResolvers<void>();
    const messages: Kept[] = [];
    const subscription = nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null || isControl(message)) return;
        const { seq, pending, at } = deliveryOf(message.reply ?? "");
        messages.push({ seq, at, bytes: message.data });
        if (seq >= newest || pending === 0) resolve();
      },
    });
    try {
      const consumer = await ending.during(jsm.consumers.add(stream, {
        ...(from > 0 ? { deliver_policy: "by_start_sequence", opt_start_seq: from } : { deliver_policy: "all" }),
        deliver_subject: inbox,
        filter_subject: subject,
        ack_policy: "none",
        inactive_threshold: nanos(ANSWER_TIMEOUT_MS),
        mem_storage: true,
        num_replicas: 1,
        // So that a long history does not overrun the connection.
        flow_control: true,
        idle_heartbeat: nanos(ANSWER_TIMEOUT_MS / 2),
      }));
      // Nobody waits for it: left alone, it would go by itself.
      const remove = () => void jsm.consumers.delete(stream, consumer.name).catch(() => {});
      if (consumer.num_pending === 0) resolve();
      await limited(ending.during(promise), "a history", { clock, timeoutMs: ANSWER_TIMEOUT_MS }).finally(remove);
      return { messages, now: Date.parse(consumer.created) };
    } finally {
      subscription.unsubscribe();
    }
  }
}

function replay(epoch: string, messages: readonly Kept[], newest: number): Omit<Replay, "isRecovered"> {
  const envelopes = messages.flatMap(({ seq, bytes }): StoredEnvelope[] => {
    const envelope = decodeEnvelope(bytes);
    return envelope === undefined ? [] : [{ ...envelope, offset: seq }];
  });
  return { envelopes, position: { epoch, offset: Math.max(newest, messages.at(-1)?.seq ?? 0) } };
}

/** Flow control wants an answer; a heartbeat only when the broker is stalled. */
function isControl(message: Msg): boolean {
  if (message.headers?.code !== 100) return false;
  const stalled = message.headers.get("Nats-Consumer-Stalled");
  if (stalled !== "") message.respond(undefined, { reply: stalled });
  else if (message.reply !== undefined && message.reply !== "") message.respond();
  return true;
}
