/**
 * Workers in memory, each with its backplane, around one host.
 *
 * @module
 */
import { type Backplane, type BackplaneEvents, type HistoryStore, RingHistory } from "../../../lib/pubsub/mod.ts";
import { MemoryStream } from "../../../lib/testing/mod.ts";
import { BackplaneHost } from "../../../lib/workers/backplane_host.ts";
import { Link } from "../../../lib/workers/link.ts";
import { WorkersBackplane } from "../../../lib/workers/workers_backplane.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** One worker. */
export interface JoinedWorker {
  readonly backplane: WorkersBackplane;
  /** What it was told, in words. */
  readonly heard: string[];
  /** Of the link: the parent's end, and the worker's. */
  readonly streams: readonly [MemoryStream, MemoryStream];
  /** Resolves when it has been told so much. */
  until(count: number): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** What may differ. */
export interface JoinedSetting {
  readonly maxUnsentBytes?: number;
  readonly store?: HistoryStore;
  readonly maxHistoryBytes?: number;
  /** Of the histories. Default: the one that the test moves. */
  readonly now?: () => number;
}

/** The host and its workers. */
export class JoinedWorkers implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly host: BackplaneHost;
  readonly #ends: (() => Promise<void>)[] = [];

  constructor({ maxUnsentBytes, store, maxHistoryBytes = 2 ** 24, now = () => this.clock.now() }: JoinedSetting = {}) {
    this.host = new BackplaneHost({
      store: store ?? new RingHistory({ maxBytes: maxHistoryBytes, now, epoch: "e" }),
      clock: this.clock,
      ...(maxUnsentBytes === undefined ? {} : { maxUnsentBytes }),
    });
  }

  /** One more worker, whose backplane is open. */
  async attach(): Promise<JoinedWorker> {
    const { backplane, streams, end } = this.#add();
    const words = new Words();
    await backplane.open(words);
    return { backplane, heard: words.heard, streams, until: (count) => words.until(count), end };
  }

  /** The backplane of one more worker, not open yet. */
  add(): Backplane {
    return this.#add().backplane;
  }

  #add() {
    const streams = MemoryStream.pair();
    const parent: Link = new Link(streams[0], {
      take: (...record) => node.take(...record),
      onClosed: () => this.host.detach(node),
      prepare: () => this.host.mend(node),
    });
    const node = this.host.attach(parent);
    const worker = new Link(streams[1], {
      take: (...record) => backplane.take(...record),
      onClosed: () => backplane.ended(),
      prepare: () => backplane.prepare(),
    });
    const backplane = new WorkersBackplane(worker);
    const running = Promise.all([parent.run(), worker.run()]);
    const end = async (): Promise<void> => {
      worker.close();
      parent.close();
      await running;
    };
    this.#ends.push(end);
    return { backplane, streams, end };
  }

  async attachMany(count: number): Promise<readonly JoinedWorker[]> {
    return await Promise.all(Array.from({ length: count }, () => this.attach()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

class Words implements BackplaneEvents {
  readonly heard: string[] = [];
  #waiting: (() => void)[] = [];

  onMessage: BackplaneEvents["onMessage"] = (topic, { payload, from }, offset) => {
    const words = typeof payload === "string" ? payload : `[${payload.join()}]`;
    this.#hear(`${topic}${offset === undefined ? "" : `@${offset}`} ${words}${from === "" ? "" : ` from ${from}`}`);
  };

  onReset: BackplaneEvents["onReset"] = (topic, { epoch, offset }) => this.#hear(`${topic} reset ${epoch}@${offset}`);

  onState: BackplaneEvents["onState"] = (isUp) => this.#hear(isUp ? "up" : "down");

  async until(count: number): Promise<readonly string[]> {
    while (this.heard.length < count) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    return this.heard;
  }

  #hear(words: string): void {
    this.heard.push(words);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
