/**
 * All workers of a server: started, watched, started again, and sent away together.
 *
 * @module
 */
import type { Clock } from "../gateway/mod.ts";
import type { Log } from "../observe/mod.ts";
import { limited, messageOf } from "../route/table.ts";
import { RestartPause } from "./restart_pause.ts";
import type { WorkerBoot, WorkerReady } from "./wire.ts";
import { UnfitError, WorkerLife, type WorkerLifeParts } from "./worker_life.ts";
import type { StartedWorker } from "./worker_process.ts";

/** What a crew is made of. */
export interface CrewParts extends Pick<WorkerLifeParts, "host" | "services"> {
  readonly count: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Starts a process. */
  start(number: number): StartedWorker;
  /**
   * What a worker is to serve.
   *
   * @param up those that serve already: what they have.
   * @param port that the first listens on, once it does.
   */
  bootOf(number: number, up: readonly WorkerLife[], port: number | undefined): WorkerBoot;
}

/** So long a worker that is started again may take until it listens. */
export const START_TIMEOUT_MS = 60_000;

/** What a drain may take beyond its own time, until who is left is ended. */
const DRAIN_SLACK_MS = 5_000;

/** The workers. */
export class Crew {
  readonly #parts: CrewParts;
  readonly #lives = new Map<number, WorkerLife>();
  readonly #pauses = new Map<number, RestartPause>();
  readonly #cancelTimers = new Map<number, () => void>();
  #last: Promise<unknown> = Promise.resolve();
  #isStarted = false;
  #isStopping = false;
  #restarts = 0;
  #port: number | undefined;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  /** Those that listen, by number. */
  get up(): readonly WorkerLife[] {
    return [...this.#lives.values()].filter(({ isUp }) => isUp).sort((a, b) => a.number - b.number);
  }

  /** How many there are to be. */
  get count(): number {
    return this.#parts.count;
  }

  /** Times that a worker was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Starts all: the first one first, so that what is wrong is told once, and the others listen where it does.
   *
   * @throws what is wrong with the first that cannot start; then none is left.
   */
  async start(): Promise<WorkerReady> {
    try {
      const ready = await this.#begin(1);
      this.#port = ready.port;
      const others = Array.from({ length: this.#parts.count - 1 }, (_, at) => this.#begin(at + 2));
      await Promise.all(others);
      this.#isStarted = true;
      const missing = [...this.#lives.values()].find(({ isUp }) => !isUp);
      if (missing === undefined) return ready;
      throw new UnfitError({ message: `worker ${missing.number} ended at once: ${await missing.ended}`, code: 1 });
    } catch (error) {
      this.kill();
      await this.#allEnded();
      throw error;
    }
  }

  /** One operation at a time: no worker comes up in the middle of one. */
  inTurn<Result>(operation: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(operation);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Has all go away in good order; who is there after this time, and some, is ended. */
  async drain(timeoutMs: number): Promise<void> {
    this.#stop();
    for (const life of this.#lives.values()) life.drain();
    const limit = { clock: this.#parts.clock, timeoutMs: timeoutMs + DRAIN_SLACK_MS };
    await limited(this.#allEnded(), "the drain", limit).catch(() => this.kill());
    await this.#allEnded();
  }

  /** Ends all at once. */
  kill(): void {
    this.#stop();
    for (const life of this.#lives.values()) life.kill();
  }

  #stop(): void {
    this.#isStopping = true;
    for (const cancel of this.#cancelTimers.values()) cancel();
  }

  async #allEnded(): Promise<void> {
    await Promise.all([...this.#lives.values()].map(({ ended }) => ended));
  }

  async #begin(number: number): Promise<WorkerReady> {
    const { start, bootOf, host, services, clock, log } = this.#parts;
    const life = new WorkerLife({ number, started: start(number), host, services, clock, log });
    this.#lives.set(number, life);
    void life.ended.then((how) => this.#ended(life, how));
    return await life.boot(bootOf(number, this.up, this.#port));
  }

  #ended({ number, servedMs }: WorkerLife, how: string): void {
    if (this.#isStarted && !this.#isStopping) this.#schedule(number, servedMs, how);
  }

  #schedule(number: number, servedMs: number, why: string): void {
    const { clock, log } = this.#parts;
    const pause = this.#pauses.get(number) ?? new RestartPause();
    this.#pauses.set(number, pause);
    const pauseMs = pause.next(servedMs);
    const often = pause.endsInARow > 1 ? `, ${pause.endsInARow} times in a row soon after its start` : "";
    log.error(`worker ${number} has ended${often}: ${why}; it is started again in ${pauseMs} ms`);
    this.#cancelTimers.set(number, clock.setTimer(() => void this.#restart(number), pauseMs));
  }

  async #restart(number: number): Promise<void> {
    const { clock, log } = this.#parts;
    this.#restarts++;
    await this.inTurn(async () => {
      if (this.#isStopping) return;
      const before = this.#lives.get(number);
      try {
        await limited(this.#begin(number), "the start", { clock, timeoutMs: START_TIMEOUT_MS });
        log.info(`worker ${number} serves again`);
      } catch (error) {
        const life = this.#lives.get(number);
        if (life === before) return this.#schedule(number, 0, messageOf(error));
        log.warn(`worker ${number} could not be started again: ${messageOf(error)}`);
        // Its end has it started once more.
        life?.kill();
      }
    });
  }
}
