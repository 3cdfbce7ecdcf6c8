/**
 * Looks at the server once a second: its memory, its processor time, and how late its timers are.
 *
 * @module
 */
import type { ServerProcess } from "../support/server_process.ts";
import { Durations } from "./statistics.ts";

/** One look. */
export interface Sample {
  /** Since the measured time began. */
  readonly seconds: number;
  readonly rssKib: number;
  /** What V8 uses of its heap, garbage included. */
  readonly heapKib: number;
  /** What it uses when garbage has just been collected; undefined at most looks. */
  readonly liveKib: number | undefined;
  /** Of buffers outside of it. */
  readonly externalKib: number;
  /** Processor time since the look before, as a share of one core. */
  readonly cores: number;
  readonly version: number;
}

interface LoopAnswer {
  readonly version: number;
  readonly lateMs: readonly number[];
  readonly memory: Readonly<Record<"heapUsed" | "external", number>>;
}

const PERIOD_MS = 1_000;
/** Of the timer in `routes/loop.ts`. */
const TICK_MS = 20;

/** Looks until it is stopped. */
export class Sampling {
  readonly samples: Sample[] = [];
  /** By how much the server's timers were late. */
  readonly lateness = new Durations();
  /** Looks that came to nothing. */
  failures = 0;
  readonly #server: ServerProcess;
  readonly #collectEverySeconds: number;
  readonly #startedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #underWay: Promise<void> | undefined;
  #cpuSeconds: number;
  #lookedAt = this.#startedAt;
  #collections = 0;

  /** @param collectEverySeconds how often garbage is collected; 0: when V8 wants to. */
  constructor(server: ServerProcess, collectEverySeconds: number) {
    this.#server = server;
    this.#collectEverySeconds = collectEverySeconds;
    this.#cpuSeconds = server.cpuSeconds();
    this.#timer = setInterval(() => {
      this.#underWay ??= this.#look()
        .catch(() => void this.failures++)
        .finally(() => this.#underWay = undefined);
    }, PERIOD_MS);
  }

  /** Resolves when the last look is done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  async #look(): Promise<void> {
    const periods = (performance.now() - this.#startedAt) / 1_000 / this.#collectEverySeconds;
    const isCollecting = this.#collectEverySeconds > 0 && periods >= this.#collections;
    if (isCollecting) this.#collections = Math.floor(periods) + 1;
    const response = await this.#server.fetch(isCollecting ? "/loop?collect" : "/loop");
    const { version, lateMs, memory }: LoopAnswer = await response.json();
    for (const late of lateMs) this.lateness.addWithMissed(late, TICK_MS);
    const [now, cpuSeconds] = [performance.now(), this.#server.cpuSeconds()];
    const cores = (cpuSeconds - this.#cpuSeconds) / ((now - this.#lookedAt) / 1_000);
    [this.#lookedAt, this.#cpuSeconds] = [now, cpuSeconds];
    this.samples.push({
      seconds: (now - this.#startedAt) / 1_000,
      rssKib: this.#server.rssBytes() / 1024,
      heapKib: memory.heapUsed / 1024,
      liveKib: isCollecting ? memory.heapUsed / 1024 : undefined,
      externalKib: memory.external / 1024,
      cores,
      version,
    });
  }
}
