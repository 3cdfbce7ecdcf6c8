/**
 * The backplane of a worker: what joins its hub to those of the other workers, through the parent.
 *
 * A publication without history leaves only when another worker has joined its topic, of which the parent tells.
 *
 * @module
 */
import type { ServerBackplane } from "../backplane/mod.ts";
import type { BackplaneEvents, Envelope, HistoryRule, Replay } from "../pubsub/mod.ts";
import { decodeValue, type TakeRecord } from "../runtime/mod.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import type { ReadValue, ResetValue } from "./backplane_values.ts";
import type { Link } from "./link.ts";
import { envelopeOf, offsetAt, PREFIX_BYTES, putPublication, topicOf } from "./publication_record.ts";
import { DOWN, HISTORY_FLAG, UP } from "./wire.ts";
import { readTopic, wireTopic } from "./wire_topic.ts";

/** What a backplane needs of its link to the parent. */
export type BackplaneLink = Pick<Link, "isOpen" | "unsentBytes" | "openCalls" | "writer" | "call" | "answer">;

/** Beyond so many bytes on their way to the parent publications are dropped, or refused where they were to be stored. */
export const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/** So many publications may wait to be stored. */
export const MAX_PENDING_APPENDS = 65_536;

/** The workers' side. */
export class WorkersBackplane implements ServerBackplane {
  readonly name = "workers";
  readonly #link: BackplaneLink;
  readonly #joined = new Set<string>();
  /** Topics that another worker has joined. */
  readonly #wanted = new Set<string>();
  #events: BackplaneEvents | undefined;
  #nodeEnded: (node: string) => void = () => {};
  #dropped = 0;
  #toldDropped = 0;

  constructor(link: BackplaneLink) {
    this.#link = link;
  }

  get isUp(): boolean {
    return this.#link.isOpen;
  }

  /** Publications that were dropped here since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  open(events: BackplaneEvents): Promise<void> {
    this.#events = events;
    return Promise.resolve();
  }

  introduce(node: string, ended: (node: string) => void): void {
    this.#nodeEnded = ended;
    this.#link.writer.putValue(UP.NODE, 0, 0, node);
  }

  send(topic: string, envelope: Envelope): void {
    if (!this.#wanted.has(topic) || !this.#link.isOpen) return;
    if (this.#isFull) this.#dropped = (this.#dropped + 1) >>> 0;
    else putPublication(this.#link.writer, UP.SEND, 0, topic, envelope);
  }

  async join(topic: string, rule: HistoryRule | undefined): Promise<void> {
    this.#joined.add(topic);
    const flags = rule === undefined ? 0 : HISTORY_FLAG;
    // Where the parent is gone there are no others, and this worker is about to go.
    await this.#link.call((writer, id) => writer.putText(UP.JOIN, flags, id, wireTopic(topic))).catch(() => {});
  }

  leave(topic: string): void {
    if (this.#joined.delete(topic) && this.#link.isOpen) this.#link.writer.putText(UP.LEAVE, 0, 0, wireTopic(topic));
  }

  async append(topic: string, rule: HistoryRule, envelope: Envelope): Promise<number> {
    if (this.#isFull || this.#link.openCalls >= MAX_PENDING_APPENDS) {
      throw new Error("the publication was not stored: too many wait to be");
    }
    return await this.#link.call((writer, id) =>
      putPublication(writer, UP.APPEND, id, topic, envelope, rule)
    ) as number;
  }

  async read(topic: string, rule: HistoryRule, request: SubscribeOptions): Promise<Replay> {
    const question: ReadValue = { topic, rule, request };
    return await this.#link.call((writer, id) => writer.putValue(UP.READ, 0, id, question)) as Replay;
  }

  close(): Promise<void> {
    for (const topic of [...this.#joined]) this.leave(topic);
    return Promise.resolve();
  }

  /** Tells how many were dropped, with what is sent next: see `LinkEvents.prepare`. */
  readonly prepare = (): void => {
    const count = (this.#dropped - this.#toldDropped) >>> 0;
    if (count === 0) return;
    this.#toldDropped = this.#dropped;
    this.#link.writer.putNumber(UP.DROPPED, 0, 0, count);
  };

  /** The parent is gone. */
  ended(): void {
    this.#events?.onState(false);
  }

  /** Takes a record of the parent. */
  readonly take: TakeRecord = (kind, flags, id, bytes, start, end) => {
    switch (kind) {
      case DOWN.MESSAGE:
        return this.#tell(topicOf(bytes, start, end), envelopeOf(bytes, start, end, flags), undefined);
      case DOWN.STORED: {
        const at = start + PREFIX_BYTES;
        return this.#tell(topicOf(bytes, at, end), envelopeOf(bytes, at, end, flags), offsetAt(bytes, start));
      }
      case DOWN.RESET: {
        const { topic, position } = decodeValue(bytes, start, end) as ResetValue;
        if (this.#joined.has(topic)) this.#events?.onReset(topic, position);
        return;
      }
      case DOWN.WANTED:
        this.#wanted.add(readTopic(bytes, start, end));
        return this.#link.answer(id);
      case DOWN.UNWANTED:
        this.#wanted.delete(readTopic(bytes, start, end));
        return;
      case DOWN.ENDED:
        this.#nodeEnded(decodeValue(bytes, start, end) as string);
    }
  };

  get #isFull(): boolean {
    return this.#link.unsentBytes > MAX_UNSENT_BYTES;
  }

  /** What was on its way when a topic was left is nobody's. */
  #tell(topic: string, envelope: Envelope, offset: number | undefined): void {
    if (this.#joined.has(topic)) this.#events?.onMessage(topic, envelope, offset);
  }
}
