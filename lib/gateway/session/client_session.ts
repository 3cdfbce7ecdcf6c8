/**
 * One client that speaks `sockeye.v1`: what its code sends is given a header, and what the client asks of the hub is done.
 *
 * docs/PROTOCOL.md specifies it.
 *
 * @module
 */
import { FORM, type Payload, type ViolationName } from "../../frame/mod.ts";
import { type Hub, PresenceLimitError, type Subscriber, TopicLimitError, type TopicNotices } from "../../pubsub/mod.ts";
import type { TransportName } from "../../route/mod.ts";
import {
  type GivenBack,
  messageOf,
  type PeerCommands,
  type PeerEvents,
  type RequestRecord,
  type TopicCommands,
} from "../../route/table.ts";
import {
  APPLICATION_HEADER,
  type ClientHeader,
  type Position,
  type RefusalCode,
  SERVER_MESSAGES,
  withHeader,
} from "../../subprotocol/mod.ts";
import type { ConnectionTopics } from "../connection_topics.ts";

/** The connection of a client. */
export interface SessionConnection extends PeerCommands, Subscriber {
  readonly topics: ConnectionTopics;
  /** Ends it for a fault of the peer. */
  violate(violation: ViolationName): void;
}

/** So many requests and subscriptions of one client may be unanswered. */
const MAX_UNANSWERED = 1024;

/** What of a message's form its code was told. */
const TOLD_FORM = FORM.TEXT | FORM.ASCII;

/** The session. */
export class ClientSession implements PeerCommands, TopicNotices {
  readonly id: string;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly #connection: SessionConnection;
  readonly #hub: Hub;
  readonly #unanswered = new Set<number>();
  /** Topics that the client itself asked for, and the question that it did so with last. */
  readonly #topics = new Map<string, number>();

  constructor(connection: SessionConnection, hub: Hub) {
    this.id = connection.id;
    this.request = connection.request;
    this.params = connection.params;
    this.subprotocol = connection.subprotocol;
    this.#connection = connection;
    this.#hub = hub;
  }

  // What its code asks for.

  get transport(): TransportName {
    return this.#connection.transport;
  }

  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  get highWaterBytes(): number {
    return this.#connection.highWaterBytes;
  }

  get context(): unknown {
    return this.#connection.context;
  }

  set context(value: unknown) {
    this.#connection.context = value;
  }

  get topics(): TopicCommands {
    return this.#connection.topics;
  }

  send(data: Payload): boolean {
    return this.#connection.send(withHeader(APPLICATION_HEADER, data));
  }

  forward(isText: boolean, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
    const message = withHeader(APPLICATION_HEADER, bytes.subarray(start, end)) as Uint8Array<ArrayBuffer>;
    return this.#connection.forward(isText, message, 0, message.length);
  }

  reply(request: number, data: Payload | undefined): void {
    if (!this.#unanswered.delete(request)) return;
    if (data === undefined) this.#connection.send(SERVER_MESSAGES.ack(request));
    else this.#connection.send(withHeader(SERVER_MESSAGES.reply(request), data));
  }

  ping(payload: Uint8Array): void {
    this.#connection.ping(payload);
  }

  close(code: number, reason: string): void {
    this.#connection.close(code, reason);
  }

  terminate(): void {
    this.#connection.terminate();
  }

  fail(): void {
    this.#connection.fail();
  }

  drained(): Promise<void> {
    return this.#connection.drained();
  }

  /** They come again as they came from the client. */
  giveBack(messages: readonly GivenBack[], isDrainDue: boolean): void {
    this.#connection.giveBack(messages.map((message) => this.#asItCame(message)), isDrainDue);
  }

  // What the client asks for.

  /** A request, or a subscription, has come. @returns false when it ends the connection. */
  open(id: number): boolean {
    if (this.#unanswered.has(id)) this.violate("HEADER_WRONG");
    else if (this.#unanswered.size >= MAX_UNANSWERED) this.violate("TOO_MANY_UNANSWERED");
    else {
      this.#unanswered.add(id);
      return true;
    }
    return false;
  }

  /** What concerns the hub. */
  take(
    header: Exclude<ClientHeader, readonly ["req" | "auth" | "ping", ...unknown[]]>,
    code: PeerEvents,
  ): void | Promise<void> {
    if (header[0] === "unsub") return this.#unsubscribe(header[1]);
    const [kind, id, topic] = header;
    if (!this.open(id)) return;
    if (kind === "members") return void this.#members(id, topic);
    const isAllowed = code.subscribe(topic);
    if (isAllowed instanceof Promise) return isAllowed.then((known) => this.#decide(header, known));
    this.#decide(header, isAllowed);
  }

  pong(): void {
    this.#connection.send(SERVER_MESSAGES.pong());
  }

  violate(violation: ViolationName): void {
    this.#connection.violate(violation);
  }

  // What the connection tells.

  /** The peer has entered. */
  hello(): void {
    this.#connection.send(SERVER_MESSAGES.hello(this.id));
  }

  passed(topic: string, offset: number): void {
    this.#connection.send(SERVER_MESSAGES.position(topic, offset));
  }

  reset(topic: string, position: Position): void {
    this.#connection.send(SERVER_MESSAGES.reset(topic, position));
  }

  /** Its code took the peer out of a topic. */
  unsubscribed(topic: string): void {
    if (this.#topics.delete(topic)) this.#connection.send(SERVER_MESSAGES.unsubscribed(topic));
  }

  #decide(header: Extract<ClientHeader, readonly ["sub", ...unknown[]]>, isAllowed: boolean): void {
    const [, id, topic] = header;
    if (isAllowed) return void this.#subscribe(header);
    this.#refuse(id, "forbidden", `the route does not allow a subscription to ${JSON.stringify(topic)}`);
  }

  /** Others do not wait for what the history holds. */
  async #subscribe(
    [, id, topic, { presence, ...request }]: Extract<ClientHeader, readonly ["sub", ...unknown[]]>,
  ): Promise<void> {
    // Its code may have subscribed it: what the client asks for of the history begins anew.
    if (request.since !== undefined || request.last) this.#hub.unsubscribe(this.#connection, topic);
    this.#topics.set(topic, id);
    const isWanted = (): boolean => this.#topics.get(topic) === id;
    try {
      if (presence === true) await this.#hub.presence.watch(this.#connection, topic);
      if (isWanted()) {
        await this.#connection.topics.subscribe(topic, request, (subscribed) => {
          if (this.#unanswered.delete(id)) this.#connection.send(SERVER_MESSAGES.subscribed(id, topic, subscribed));
        });
      }
      // Otherwise it has been answered.
      this.#refuse(id, "failed", "it was unsubscribed meanwhile");
    } catch (error) {
      if (isWanted()) this.#unsubscribe(topic);
      this.#refuse(id, codeOf(error), messageOf(error));
    }
  }

  #unsubscribe(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    this.#hub.presence.unwatch(this.#connection, topic);
    this.#hub.unsubscribe(this.#connection, topic);
  }

  async #members(id: number, topic: string): Promise<void> {
    if (!this.#topics.has(topic)) {
      return this.#refuse(id, "forbidden", "the members of a topic are told to its subscribers");
    }
    try {
      const members = await this.#hub.presence.list(topic);
      if (this.#unanswered.delete(id)) this.#connection.send(SERVER_MESSAGES.members(id, members));
    } catch (error) {
      this.#refuse(id, codeOf(error), messageOf(error));
    }
  }

  #refuse(id: number, code: RefusalCode, reason: string): void {
    if (this.#unanswered.delete(id)) this.#connection.send(SERVER_MESSAGES.refusal(id, code, reason));
  }

  #asItCame({ form, bytes }: GivenBack): GivenBack {
    if ((form & FORM.REQUEST) === 0) {
      return { form: form & TOLD_FORM, bytes: withHeader(APPLICATION_HEADER, bytes) as Uint8Array<ArrayBuffer> };
    }
    const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    this.#unanswered.delete(id);
    const message = withHeader(`["req",${id}]\n`, bytes.subarray(4)) as Uint8Array<ArrayBuffer>;
    return { form: form & TOLD_FORM, bytes: message };
  }
}

function codeOf(error: unknown): RefusalCode {
  if (error instanceof TypeError) return "failed";
  return error instanceof TopicLimitError || error instanceof PresenceLimitError ? "limit" : "unavailable";
}
