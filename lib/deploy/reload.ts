/**
 * One more version of the code: loaded, put in the place of the one that serves, and told about.
 *
 * @module
 */
import type { SwapReport, SwapRules } from "../gateway/mod.ts";
import { messageOf } from "../route/table.ts";
import { type DeployTracer, UNTRACED } from "./deploy_tracer.ts";
import type { DeploymentCode } from "./deployment.ts";

/** What a reload needs. */
export interface ReloadParts {
  /** Loads the code as it is now. The version is another one each time. */
  load(version: string): Promise<DeploymentCode>;
  /** Has it take over. */
  replace(code: DeploymentCode, rules: SwapRules): Promise<SwapReport>;
  /** Why the code that was to take over does not serve; undefined when it does. */
  tell(problem: string | undefined): void;
  /** Makes spans of reloads. Default: nothing does. */
  readonly tracer?: DeployTracer | undefined;
  readonly log: {
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
  };
}

/** Each version stays in memory: after so many it is time to say so. */
const VERSIONS_WORTH_A_WARNING = 200;

/** Reloads of one server. */
export class Reload {
  readonly #parts: ReloadParts;
  #version = 1;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  /**
   * Loads what there is, and swaps. What fails is logged, and the code before goes on.
   *
   * @param what is the reason, for the log.
   */
  async run(what: string, rules: SwapRules): Promise<void> {
    const { log, tracer = UNTRACED } = this.#parts;
    const version = String(++this.#version);
    await tracer.operation("reload", () => this.#replace(what, version, rules)).catch(() => {}); // It was told.
    if (this.#version === VERSIONS_WORTH_A_WARNING) {
      log.warn(`${this.#version} versions of the code are in memory, which comes back with a restart only`);
    }
  }

  async #replace(what: string, version: string, rules: SwapRules): Promise<void> {
    const { load, replace, log, tell, tracer = UNTRACED } = this.#parts;
    const beganAt = performance.now();
    try {
      const code = await tracer.step("prepare", () => load(version));
      const { moved, dismissed } = await replace(code, rules);
      tell(undefined);
      const peers = `${moved} ${moved === 1 ? "peer goes" : "peers go"} on with it`;
      const others = dismissed === 0 ? "" : `, ${dismissed} whose route is gone got 1012`;
      log.info(`${what}: new code in ${Math.round(performance.now() - beganAt)} ms; ${peers}${others}`);
    } catch (error) {
      const problem = messageOf(error);
      tell(problem);
      log.error(`${what}: the old code goes on:\n${problem}`);
      throw error;
    }
  }
}
