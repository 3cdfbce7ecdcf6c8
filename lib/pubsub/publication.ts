/**
 * What goes from the hub to subscribers: encoded at most once for those who speak `sockeye.v1`, and once for the others.
 *
 * @module
 */
import { type Payload, PreparedMessage } from "../frame/mod.ts";
import { type PresenceEvent, SERVER_MESSAGES, withHeader } from "../subprotocol/mod.ts";

/** Whatever subscribers are sent. */
export interface Delivery {
  /** The message for those who know of nothing but messages. */
  readonly plain: PreparedMessage;
  /** The message of `sockeye.v1`. */
  readonly framed: PreparedMessage;
}

/** A message that was published to a topic. */
export class Publication implements Delivery {
  readonly topic: string;
  /** Its place in the topic's history, where it has one. */
  readonly offset: number | undefined;
  readonly plain: PreparedMessage;
  #framed: PreparedMessage | undefined;

  /** @param payload is copied. */
  constructor(topic: string, payload: Payload, offset?: number) {
    this.topic = topic;
    this.offset = offset;
    this.plain = new PreparedMessage(payload);
  }

  get framed(): PreparedMessage {
    return this.#framed ??= this.#frame();
  }

  #frame(): PreparedMessage {
    const header = SERVER_MESSAGES.publication(this.topic, this.offset);
    const { isText, payload } = this.plain;
    return new PreparedMessage(withHeader(header, isText ? decoder.decode(payload) : payload));
  }
}

/** Something that happened to the members of a topic. */
export class PresencePublication implements Delivery {
  readonly #event: PresenceEvent;
  #plain: PreparedMessage | undefined;
  #framed: PreparedMessage | undefined;

  constructor(event: PresenceEvent) {
    this.#event = event;
  }

  get plain(): PreparedMessage {
    return this.#plain ??= new PreparedMessage(JSON.stringify(this.#event));
  }

  get framed(): PreparedMessage {
    return this.#framed ??= new PreparedMessage(SERVER_MESSAGES.presence(this.#event));
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
