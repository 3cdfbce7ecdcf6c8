/**
 * Workers without processes: what each does is the test's to say.
 *
 * @module
 */
import { RingHistory } from "../../../lib/pubsub/mod.ts";
import { GATEWAY_DEFAULTS } from "../../../lib/gateway/mod.ts";
import type { Log } from "../../../lib/observe/mod.ts";
import { MemoryStream } from "../../../lib/testing/mod.ts";
import { BackplaneHost } from "../../../lib/workers/backplane_host.ts";
import { Crew, type CrewParts } from "../../../lib/workers/crew.ts";
import { type ReloadActions, Seat } from "../../../lib/workers/seat.ts";
import type { WorkerReady } from "../../../lib/workers/wire.ts";
import type { StartedWorker } from "../../../lib/workers/worker_process.ts";
import { FakeClock } from "../../support/fake_clock.ts";

export const READY: WorkerReady = { port: 4567, transport: "deno", routes: "/  ws  index.ts", plugins: [] };

/** One that was started. */
export class FakeWorker {
  readonly number: number;
  readonly started: StartedWorker;
  /** Its side, as soon as it was told what to serve. */
  readonly seat: Promise<Seat>;
  readonly #ended = Promise.withResolvers<string>();
  readonly #stream: MemoryStream;

  constructor(number: number, pid: number) {
    const [parent, own] = MemoryStream.pair();
    this.number = number;
    this.#stream = own;
    this.seat = Seat.over(own);
    this.seat.catch(() => {}); // One that ends before it was told is one that a test may want.
    this.started = {
      pid,
      stream: Promise.resolve(parent),
      ended: this.#ended.promise,
      kill: () => this.end("it was ended by SIGKILL"),
    };
  }

  /** It ends. */
  end(how = "it exited with 0"): void {
    this.#stream.close();
    this.#ended.resolve(how);
  }

  /** Serves, as a worker does that has nothing to wait for. */
  async serve(reloads: ReloadActions = NO_RELOADS, ready = READY): Promise<Seat> {
    const seat = await this.seat;
    seat.ready(ready, reloads);
    void seat.stopping.then(() => this.end());
    return seat;
  }
}

const NO_RELOADS: ReloadActions = { reload: () => Promise.resolve(), back: () => Promise.resolve() };

/** A crew of them. */
export class FakeCrew {
  readonly clock = new FakeClock(100_000);
  readonly lines: string[] = [];
  readonly crew: Crew;
  readonly rehearsed: number[] = [];
  readonly begun: string[] = [];
  /** All that were started, in order. */
  readonly workers: FakeWorker[] = [];
  /** What a worker does when it is started. Default: it serves. */
  onStart: (worker: FakeWorker) => void = (worker) => void worker.serve().catch(() => {});
  #waiting: (() => void)[] = [];

  constructor(count: number, changes: Partial<CrewParts> = {}) {
    const line = (level: string) => (message: string) => {
      this.lines.push(`${level} ${message}`);
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
    const log: Log = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
    const store = new RingHistory({ maxBytes: 1000, now: () => 0, epoch: "e" });
    this.crew = new Crew({
      count,
      clock: this.clock,
      log,
      host: new BackplaneHost({ store, clock: this.clock }),
      services: {
        rehearse: (code) => Promise.resolve(void this.rehearsed.push(code.length)),
        begin: (name) => Promise.resolve(void this.begun.push(name)),
        metrics: () => Promise.resolve("of all\n"),
      },
      start: (number) => {
        const worker = new FakeWorker(number, 100 + this.workers.length);
        this.workers.push(worker);
        this.onStart(worker);
        return worker.started;
      },
      bootOf: (number, up, port = 0) => ({
        number,
        options: { ...GATEWAY_DEFAULTS, port },
        deployments: [...up[0]?.rows ?? []],
      }),
      ...changes,
    });
  }

  /** Waits for a line of the log. */
  async logged(part: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((one) => one.includes(part));
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
  }

  /** Ends all that is there. */
  async end(): Promise<void> {
    this.crew.kill();
    await this.crew.drain(0);
  }
}
