/**
 * A joined topic with history: each publication told once, in order, though what brings them may lose some, or bring
 * some twice.
 *
 * A subscription brings publications at once, and with each the offset of the one before. Where that is not the last one
 * known, or after the broker was away, the history is read from there on; what arrives meanwhile waits.
 *
 * @module
 */
import type { Envelope, Replay } from "../pubsub/mod.ts";
import type { Position, SubscribeOptions } from "../subprotocol/mod.ts";
import type { Arrival } from "./broker.ts";
import { decodeEnvelope } from "./envelope.ts";

/** What a feed asks and tells. */
export interface FeedParts {
  /** Reads the topic's history. */
  read(request: SubscribeOptions): Promise<Replay>;
  /** The next publication. */
  told(envelope: Envelope, offset: number): void;
  /** Some were lost, or the history is another: it goes on behind this position. */
  reset(position: Position): void;
}

/** Most arrivals that wait for a read; the rest is read again. */
export const MAX_WAITING = 256;

/** The feed of one topic. */
export class TopicFeed {
  readonly #parts: FeedParts;
  /** All up to here was told, or came before. Undefined until it has once been read. */
  #known: Position | undefined;
  #waiting: Arrival[] = [];
  /** Something arrived that could not wait. */
  #hasDropped = false;
  /** Made the history be read once more. When that leaves it as strange, it is of an epoch that is gone. */
  #doubted: Arrival | undefined;
  /** Under way. */
  #reading: Promise<void> | undefined;
  /** A read failed, or must be made once more. */
  #isStale = true;
  #isClosed = false;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /**
   * The subscription stands: what comes after now is told.
   *
   * @throws {Error} when the history cannot be read.
   */
  begin(): Promise<void> {
    return this.#readOn(() => this.#begin());
  }

  /**
   * Tells what was missed since the last one known, or that some of it is lost.
   *
   * @throws {Error} when the history cannot be read: then this is to be called again.
   */
  repair(): Promise<void> {
    return this.#readOn(() => this.#catchUp());
  }

  /** Takes what the subscription has brought. When this says false, {@linkcode repair} is to be called. */
  take(arrival: Arrival): boolean {
    if (this.#isClosed) return true;
    if (this.#isStale || this.#waiting.length > 0) return this.#wait(arrival);
    if (this.#tell(arrival)) return true;
    this.#isStale = true;
    this.#wait(arrival);
    return false;
  }

  /** Tells nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  #wait(arrival: Arrival): true {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(arrival);
    else this.#hasDropped = true;
    return true;
  }

  /** One read at a time; who asks during one has it made once more. */
  #readOn(first: () => Promise<void>): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isStale = true;
    if (this.#reading !== undefined) {
      this.#hasDropped = true;
      return this.#reading;
    }
    this.#reading = this.#readAll(first).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(first: () => Promise<void>): Promise<void> {
    let read = first;
    do {
      this.#hasDropped = false;
      try {
        await read();
      } catch (error) {
        // Asked for once more meanwhile, it may be of another session by now.
        if (this.#hasDropped && !this.#isClosed) continue;
        throw error;
      } finally {
        read = () => this.#catchUp();
      }
    } while (!this.#isClosed && !this.#drained());
  }

  async #begin(): Promise<void> {
    const { position } = await this.#parts.read({});
    this.#known ??= position;
  }

  async #catchUp(): Promise<void> {
    const known = this.#known;
    const request = known === undefined ? {} : { since: known, last: Number.MAX_SAFE_INTEGER };
    const { isRecovered, envelopes, position } = await this.#parts.read(request);
    if (this.#isClosed) return;
    // It goes on before what is still there, so that this is not lost too.
    const before = envelopes.length === 0 ? position : { ...position, offset: envelopes[0]!.offset - 1 };
    if (!isRecovered) this.#parts.reset(before);
    this.#known = position;
    for (const { offset, payload, from } of envelopes) this.#say({ payload, from }, offset);
  }

  /** Tells what has waited. @returns false when the history must be read once more. */
  #drained(): boolean {
    const waiting = this.#waiting;
    this.#waiting = [];
    const known = this.#known;
    for (const [index, arrival] of waiting.entries()) {
      // What was read just now is in the epoch that is known: what is not behind it has been told.
      const wasRead = known !== undefined && arrival.offset <= known.offset && isOf(arrival, known);
      if (wasRead || arrival === this.#doubted || this.#tell(arrival)) continue;
      this.#doubted = arrival;
      this.#waiting = [...waiting.slice(index), ...this.#waiting];
      return false;
    }
    if (this.#hasDropped) return false;
    this.#doubted = undefined;
    this.#isStale = false;
    return true;
  }

  /** @returns false when it does not follow the last one known. */
  #tell(arrival: Arrival): boolean {
    const known = this.#known;
    const { bytes, offset, previous } = arrival;
    // One that is known already may be the first of another epoch, where the broker does not say it.
    if (known === undefined || !isOf(arrival, known) || offset <= known.offset || previous > known.offset) return false;
    this.#known = { epoch: known.epoch, offset };
    const envelope = bytes === undefined ? undefined : decodeEnvelope(bytes);
    if (envelope !== undefined) this.#say(envelope, offset);
    return true;
  }

  /** Who is told one may leave the topic at once. */
  #say(envelope: Envelope, offset: number): void {
    if (!this.#isClosed) this.#parts.told(envelope, offset);
  }
}

function isOf({ epoch }: Arrival, known: Position): boolean {
  return epoch === undefined || epoch === known.epoch;
}
