/**
 * One lane of the comparison: a connection to `/compare` over one transport, and what is measured of it.
 *
 * @module
 */
import { RateMeter, Spans } from "./distribution.ts";
import type { ServerClock } from "./server_clock.ts";
import type { OpenSocket, Socket } from "./sockets.ts";
import { type Exchange, TrafficMeter, utf8Bytes } from "./traffic.ts";

/** Where a lane is. */
export interface LaneState {
  readonly kind: "idle" | "connecting" | "open" | "failed";
  readonly words: string;
}

/** What names a timer. */
export type Timer = ReturnType<typeof setTimeout>;

/** What a lane needs of its surroundings. */
export interface LaneParts {
  /** How its name is written: `WebSocket`. */
  readonly title: string;
  readonly open: OpenSocket;
  readonly clock: ServerClock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves with the time when what was just written is on the screen; with undefined when nobody sees it. */
  readonly painted: () => Promise<number | undefined>;
  readonly setTimeout: (callback: () => void, waitMs: number) => Timer;
  readonly clearTimeout: (timer: Timer | undefined) => void;
}

/** What the route says. */
interface Told {
  readonly tick?: number;
  readonly echo?: string;
  readonly at: number;
  /** Its id at the server. */
  readonly peer?: string;
  readonly requestHeadBytes?: number;
  readonly responseHeadBytes?: number;
}

/** An echo a second. It also keeps the WebSocket from needing pings, which a page could not count. */
const ECHO_INTERVAL_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 8_000;
/** There is an event a second at least, and polling brings it within another. */
const SILENCE_MS = 4_000;

/** A lane. `start` and `stop` as often as one likes; each start begins to count anew. */
export class Lane {
  readonly title: string;
  readonly #parts: LaneParts;
  #meter = new TrafficMeter();
  #latencies = new Spans();
  #roundTrips = new Spans();
  #rate = new RateMeter();
  #socket: Socket | undefined;
  #state: LaneState = { kind: "idle", words: "stopped" };
  #path = "";
  #startedAt = 0;
  #heardAt = 0;
  #retryMs = FIRST_RETRY_MS;
  #retry: Timer | undefined;
  #echoing: Timer | undefined;
  #echoes = 0;
  #sentAt = new Map<string, number>();
  #peer = "";
  /** Where the newest event is written, so that the time of its arrival on the screen can be taken. */
  show: (tick: number) => void = () => {};

  constructor(parts: LaneParts) {
    this.title = parts.title;
    this.#parts = parts;
  }

  /** Polling may take long to find that nobody answers any more: a lane that brings nothing says so. */
  get state(): LaneState {
    const silentMs = this.#parts.now() - this.#heardAt;
    if (this.#state.kind !== "open" || silentMs < SILENCE_MS) return this.#state;
    return { kind: "failed", words: `nothing for ${Math.floor(silentMs / 1_000)} s` };
  }

  /** By what id the server knows it; empty until it has said so. */
  get peer(): string {
    return this.#peer;
  }

  get meter(): TrafficMeter {
    return this.#meter;
  }

  /** Of server events to the screen, by the two clocks as they are: the estimate of their difference is to be added. */
  get latencies(): Spans {
    return this.#latencies;
  }

  /** Of echoes, from `send` to their arrival. */
  get roundTrips(): Spans {
    return this.#roundTrips;
  }

  /** Messages that arrive, each second. */
  get perSecond(): number {
    return this.#rate.perSecond(this.#parts.now(), this.#startedAt);
  }

  start(path: string): void {
    this.stop();
    this.#meter = new TrafficMeter();
    this.#latencies = new Spans();
    this.#roundTrips = new Spans();
    this.#rate = new RateMeter();
    this.#path = path;
    this.#retryMs = FIRST_RETRY_MS;
    this.#startedAt = this.#parts.now();
    void this.#connect();
  }

  stop(): void {
    this.#parts.clearTimeout(this.#retry);
    this.#parts.clearTimeout(this.#echoing);
    this.#retry = this.#echoing = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#state = { kind: "idle", words: "stopped" };
  }

  async #connect(): Promise<void> {
    this.#state = { kind: "connecting", words: "connecting" };
    const meter = this.#meter;
    const isCurrent = () => this.#meter === meter && this.#state.kind !== "idle";
    let socket: Socket | undefined;
    const isLive = () => socket !== undefined && this.#socket === socket;
    try {
      socket = await this.#parts.open(this.#path, {
        // What is still on its way when a lane stops belongs to what it has measured.
        exchange: (exchange: Exchange) => meter.exchange(exchange),
        control: (direction, payloadBytes) => meter.controlFrame(direction, payloadBytes),
        open: () => {
          if (!isLive()) return;
          this.#state = { kind: "open", words: "connected" };
          this.#heardAt = this.#parts.now();
          this.#retryMs = FIRST_RETRY_MS;
          this.#sentAt.clear();
          this.#echo();
        },
        message: (text) => {
          if (isLive()) this.#receive(text);
        },
        close: (words) => {
          if (isLive()) this.#lost(words);
        },
      });
    } catch (error) {
      if (isCurrent()) this.#lost(error instanceof Error ? error.message : String(error));
      return;
    }
    if (isCurrent()) this.#socket = socket;
    else socket.close();
  }

  #lost(words: string): void {
    this.#parts.clearTimeout(this.#echoing);
    this.#socket = undefined;
    this.#state = { kind: "failed", words };
    this.#retry = this.#parts.setTimeout(() => void this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  #echo(): void {
    const text = String(++this.#echoes);
    this.#sentAt.set(text, this.#parts.now());
    this.#send(text);
    this.#echoing = this.#parts.setTimeout(() => this.#echo(), ECHO_INTERVAL_MS);
  }

  #send(text: string): void {
    if (!this.#socket) return;
    this.#socket.send(text);
    if (this.#socket.isFramed) this.#meter.framedMessage("up", utf8Bytes(text));
    else this.#meter.message("up", utf8Bytes(text));
  }

  #receive(text: string): void {
    const receivedAt = this.#parts.now();
    const length = utf8Bytes(text);
    if (this.#socket?.isFramed) this.#meter.framedMessage("down", length);
    else this.#meter.message("down", length);
    this.#rate.count(receivedAt);
    this.#heardAt = receivedAt;
    const told: Told = JSON.parse(text);
    if (told.tick !== undefined) return void this.#showTick(told.tick, told.at);
    if (told.echo === undefined) return this.#greeted(told);
    const sentAt = this.#sentAt.get(told.echo);
    if (sentAt === undefined) return;
    this.#sentAt.delete(told.echo);
    this.#roundTrips.add(receivedAt - sentAt);
    this.#parts.clock.sample(this.title, sentAt, told.at, receivedAt);
  }

  /** The first message says how long the heads of a WebSocket's handshake were: a page cannot see them. */
  #greeted({ peer = "", requestHeadBytes = 0, responseHeadBytes = 0 }: Told): void {
    this.#peer = peer;
    if (!this.#socket?.isFramed) return;
    this.#meter.exchange({ requestHeadBytes, responseHeadBytes, requestBodyBytes: 0, responseBodyBytes: 0 });
  }

  async #showTick(tick: number, serverAt: number): Promise<void> {
    const latencies = this.#latencies;
    this.show(tick);
    const paintedAt = await this.#parts.painted();
    if (paintedAt !== undefined) latencies.add(paintedAt - serverAt);
  }
}
