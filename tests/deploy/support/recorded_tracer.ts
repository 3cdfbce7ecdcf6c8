/**
 * A tracer of deployments that writes down what it is told.
 *
 * @module
 */
import type { DeployTracer } from "../../../lib/deploy/mod.ts";

/** Writes down. */
export class RecordedTracer implements DeployTracer {
  /** `activate {`, `swap`, the facts as JSON, `}`; a failure has a `!` before its message. */
  readonly told: string[] = [];

  async operation<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.told.push(`${name} {`);
    return await this.#ended("}", work);
  }

  async step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return await this.#ended(name, work);
  }

  note(facts: object): void {
    this.told.push(JSON.stringify(facts));
  }

  async #ended<Result>(words: string, work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      this.told.push(words);
      return result;
    } catch (error) {
      this.told.push(`${words} !${(error as Error).message}`);
      throw error;
    }
  }
}
