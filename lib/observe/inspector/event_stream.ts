/**
 * Server-sent events: what a page is told as it happens, as the body of a response.
 *
 * @module
 */
import type { Clock } from "../../gateway/mod.ts";

/** One stream of events. */
export interface EventSink {
  /** True while the page has not read what it was sent: it is better to wait. */
  readonly isBehind: boolean;
  send(event: string, value: unknown): void;
  /** No more comes. */
  close(): void;
}

/** What tells the events. */
export interface EventTeller {
  /** The stream begins. @returns called once, when it is over, from either side. */
  begin(sink: EventSink): () => void;
  /** Called at every beat. */
  beat(sink: EventSink): void;
  /** Asked at every beat. */
  readonly isOver: boolean;
}

/** So much may wait for the page to read it. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** A stream that is silent this long has a comment, by which a page that is gone is noticed. */
const SILENCE_MS = 15_000;

const encoder = new TextEncoder();

/**
 * The response.
 *
 * @param beatMs how often the teller may speak.
 * @throws what `begin` throws.
 */
export function eventStream(teller: EventTeller, beatMs: number, clock: Pick<Clock, "now" | "setTimer">): Response {
  const stream = new EventBody(teller, beatMs, clock);
  return new Response(stream.body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}

/** The body of one. */
class EventBody implements EventSink {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #teller: EventTeller;
  readonly #beatMs: number;
  readonly #clock: Pick<Clock, "now" | "setTimer">;
  readonly #end: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #cancelTimer: () => void = () => {};
  #saidAt = 0;
  #isOver = false;

  constructor(teller: EventTeller, beatMs: number, clock: Pick<Clock, "now" | "setTimer">) {
    this.#teller = teller;
    this.#beatMs = beatMs;
    this.#clock = clock;
    this.body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.#finish(),
    }, { highWaterMark: HIGH_WATER_BYTES, size: ({ byteLength }) => byteLength });
    this.#write("retry: 1000\n\n");
    this.#end = teller.begin(this);
    this.#wait();
  }

  get isBehind(): boolean {
    return (this.#controller.desiredSize ?? 0) <= 0;
  }

  send(event: string, value: unknown): void {
    this.#write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  }

  close(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#controller.close();
  }

  #write(text: string): void {
    if (this.#isOver) return;
    this.#saidAt = this.#clock.now();
    this.#controller.enqueue(encoder.encode(text));
  }

  #wait(): void {
    if (this.#isOver) return;
    this.#cancelTimer = this.#clock.setTimer(() => {
      this.#teller.beat(this);
      if (this.#teller.isOver) return this.close();
      if (this.#clock.now() - this.#saidAt >= SILENCE_MS) this.#write(": still here\n\n");
      this.#wait();
    }, this.#beatMs);
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#end();
  }
}
