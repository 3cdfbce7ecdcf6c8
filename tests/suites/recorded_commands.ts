/**
 * A connection that only writes down what route code asks of it.
 *
 * @module
 */
import type { Payload } from "../../lib/frame/mod.ts";
import type { Awaitable, Member, Subscribed, SubscribeOptions, TransportName } from "../../lib/route/mod.ts";
import type { GivenBack, PeerCommands, RequestRecord, TopicCommands } from "../../lib/route/table.ts";

/** One command: its name and what it was given; bytes as arrays of numbers, as they were at the time of the call. */
export type RecordedCommand = readonly [name: string, ...given: unknown[]];

/** What a test may choose of the connection. */
export interface RecordedSetting {
  readonly id?: string;
  readonly url?: string;
  readonly headers?: ReadonlyArray<readonly [string, string]>;
  readonly params?: Readonly<Record<string, string>>;
  readonly subprotocol?: string;
  readonly context?: unknown;
}

/** A request that, like the gateway's own, has nothing of its own to be copied. */
export class RecordedRequest implements RequestRecord {
  readonly #record: RequestRecord;

  constructor(record: RequestRecord) {
    this.#record = record;
  }

  get method(): string {
    return this.#record.method;
  }

  get url(): string {
    return this.#record.url;
  }

  get headers(): RequestRecord["headers"] {
    return this.#record.headers;
  }

  get remoteAddress(): string {
    return this.#record.remoteAddress;
  }
}

/** Records what is asked of topics; a test may have it fail, or take its time. */
export class RecordedTopics implements TopicCommands {
  readonly names = new Set<string>();
  readonly #record: (name: string, ...given: readonly unknown[]) => void;

  constructor(record: (name: string, ...given: readonly unknown[]) => void) {
    this.#record = record;
  }

  subscribe(topic: string, options?: SubscribeOptions): Awaitable<Subscribed> {
    this.names.add(topic);
    if (options === undefined) this.#record("subscribe", topic);
    else this.#record("subscribe", topic, options);
    return { recovered: false };
  }

  unsubscribe(topic: string): void {
    this.names.delete(topic);
    this.#record("unsubscribe", topic);
  }

  publish(topic: string, payload: Payload, self: boolean): void | Promise<void> {
    this.#record("publish", topic, payload, self);
  }

  join(topic: string, key: string, state: string): void | Promise<void> {
    this.#record("join", topic, key, state);
  }

  leave(topic: string): void {
    this.#record("leave", topic);
  }

  members(topic: string): Awaitable<readonly Member[]> {
    this.#record("members", topic);
    return [];
  }

  watch(topic: string): void | Promise<void> {
    this.#record("watch", topic);
  }

  unwatch(topic: string): void {
    this.#record("unwatch", topic);
  }
}

/** Records every command. */
export class RecordedCommands implements PeerCommands {
  readonly id: string;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly transport: TransportName = "websocket";
  readonly topics = new RecordedTopics((name, ...given) => this.#record(name, ...given));
  readonly calls: RecordedCommand[] = [];
  /** What `send` got, as it got it. */
  readonly sentObjects: Payload[] = [];
  /** What `forward` got; it counts as a `send`, which is what the peer sees. */
  readonly forwarded: Array<readonly [bytes: Uint8Array, start: number, end: number]> = [];
  bufferedAmount = 0;
  highWaterBytes = 64 * 1024;
  context: unknown;
  readonly #waiting: Array<{ readonly count: number; readonly resolve: () => void }> = [];

  constructor(setting: RecordedSetting = {}) {
    this.id = setting.id ?? "peer-1";
    this.params = setting.params ?? {};
    this.subprotocol = setting.subprotocol ?? "";
    this.context = setting.context;
    this.request = new RecordedRequest({
      method: "GET",
      url: setting.url ?? "http://example.com/",
      headers: setting.headers ?? [["host", "example.com"]],
      remoteAddress: "192.0.2.7",
    });
  }

  /** Resolves when so many commands were recorded; a runtime that lives elsewhere takes its time. */
  until(count: number): Promise<void> {
    if (this.calls.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  send(payload: Payload): boolean {
    this.sentObjects.push(payload);
    this.#record("send", payload);
    return this.bufferedAmount <= this.highWaterBytes;
  }

  forward(isText: boolean, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
    this.forwarded.push([bytes, start, end]);
    const payload = bytes.subarray(start, end);
    this.#record("send", isText ? new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload) : payload);
    return this.bufferedAmount <= this.highWaterBytes;
  }

  ping(payload: Uint8Array): void {
    this.#record("ping", payload);
  }

  close(code: number, reason: string): void {
    this.#record("close", code, reason);
  }

  terminate(): void {
    this.#record("terminate");
  }

  reply(request: number, data: Payload | undefined): void {
    this.#record("reply", request, data);
  }

  drained(): Promise<void> {
    this.#record("drained");
    return Promise.resolve();
  }

  fail(): void {
    this.#record("fail");
  }

  giveBack(messages: readonly GivenBack[], isDrainDue: boolean): void {
    this.#record("giveBack", messages.map(({ bytes }) => new TextDecoder().decode(bytes)), isDrainDue);
  }

  #record(name: string, ...given: readonly unknown[]): void {
    this.calls.push([name, ...given.map((one) => one instanceof Uint8Array ? [...one] : one)]);
    for (const { count, resolve } of this.#waiting) if (this.calls.length >= count) resolve();
  }
}
