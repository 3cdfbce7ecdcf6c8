/**
 * A subscriber that writes down what it is told.
 *
 * @module
 */
import type { Delivery, Subscriber, TopicNotices } from "../../lib/pubsub/mod.ts";
import type { Position } from "../../lib/subprotocol/mod.ts";

/** A subscriber without `sockeye.v1` sees messages; one with it also their topics, offsets and notices, in one line each. */
export class TopicPeer implements Subscriber {
  readonly id: string;
  readonly notices: TopicNotices | undefined;
  /** In the order in which it came. */
  readonly told: string[] = [];
  readonly highWaterBytes = 10;
  /** Whether it reads too slowly. */
  isSlow = false;
  /** Is called within each delivery. */
  delivered: (delivery: Delivery) => void = () => {};
  #drained = Promise.withResolvers<void>();

  constructor(id: string, { isPlain = false } = {}) {
    this.id = id;
    this.notices = isPlain ? undefined : {
      passed: (topic, offset) => this.told.push(`pos ${topic} ${offset}`),
      reset: (topic, { epoch, offset }: Position) => this.told.push(`reset ${topic} ${epoch} ${offset}`),
      unsubscribed: (topic) => this.told.push(`unsubbed ${topic}`),
    };
  }

  get bufferedAmount(): number {
    return this.isSlow ? 11 : 0;
  }

  deliver(delivery: Delivery): void {
    const message = this.notices === undefined ? delivery.plain : delivery.framed;
    this.told.push(new TextDecoder().decode(message.payload));
    this.delivered(delivery);
  }

  drained(): Promise<void> {
    return this.isSlow ? this.#drained.promise : Promise.resolve();
  }

  /** It has read what it was sent. */
  drain(isSlow = false): void {
    this.isSlow = isSlow;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }

  /** What it was told since somebody looked. */
  take(): readonly string[] {
    return this.told.splice(0);
  }
}

/** Lets all promises go on that can. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await undefined;
}
