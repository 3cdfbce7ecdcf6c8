/**
 * What goes on while the clients talk: deployments, and a broker that is killed and started again.
 *
 * @module
 */
import { messageOf } from "../../lib/route/table.ts";
import { rollOut } from "../../lib/deploy/rollout.ts";
import type { Stage } from "./stage.ts";

/** So long the broker is away. */
const AWAY_MS = 1_000;

/** Does things one after the other, every so often, until it is stopped. */
export class Disturbance {
  asked = 0;
  done = 0;
  readonly problems: string[] = [];
  readonly #act: () => Promise<void>;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #underWay: Promise<void> | undefined;
  #hasActed = false;

  /** @param everySeconds 0: never. */
  constructor(everySeconds: number, act: () => Promise<void>) {
    this.#act = act;
    if (everySeconds > 0) this.#timer = setInterval(() => this.#begin(), everySeconds * 1_000);
  }

  /** Resolves when what has begun is done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  /** Whether it did anything since this was asked last. */
  hasActed(): boolean {
    const hasActed = this.#hasActed;
    this.#hasActed = this.#underWay !== undefined;
    return hasActed;
  }

  /** What takes longer than its interval is not done twice at a time. */
  #begin(): void {
    if (this.#underWay !== undefined) return;
    this.asked++;
    this.#hasActed = true;
    this.#underWay = this.#act()
      .then(() => void this.done++, (error) => void this.problems.push(messageOf(error)))
      .finally(() => this.#underWay = undefined);
  }
}

/** Deploys one version of the code, and the other the next time. @param took told how long each took. */
export function deploys(stage: Stage, everySeconds: number, took: (ms: number) => void): Disturbance {
  let count = 0;
  return new Disturbance(everySeconds, async () => {
    const lines: string[] = [];
    const startedAt = performance.now();
    const isDone = await rollOut([stage.admin], stage.packages[count++ % 2]!, {}, (line) => lines.push(line));
    if (!isDone || lines.some((line) => /serves already|1011|1012/.test(line))) throw new Error(lines.join("; "));
    took(performance.now() - startedAt);
  });
}

/** Kills the broker and starts it again, and waits until the server has found it. */
export function brokerKills({ broker, server }: Stage, everySeconds: number): Disturbance {
  return new Disturbance(broker === undefined ? 0 : everySeconds, async () => {
    const from = server.output().length;
    await broker!.kill();
    await server.printed(/the broker cannot be reached/, from);
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    await broker!.restart();
    await server.printed(/the broker is there/, from);
  });
}
