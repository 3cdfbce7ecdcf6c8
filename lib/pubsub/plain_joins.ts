/**
 * What this node has joined on the backplane of topics without history.
 *
 * Who subscribes waits for the join, but not for a broker that is away: it has the publications of this node, and those of
 * the others when the broker is back.
 *
 * @module
 */
import type { Backplane } from "./backplane.ts";

/** The joins of one node. */
export class PlainJoins {
  readonly #backplane: Backplane;
  /** Those that are under way. */
  readonly #joining = new Map<string, PromiseWithResolvers<void>>();
  /** Those that the backplane refused. */
  readonly #refused = new Set<string>();

  constructor(backplane: Backplane) {
    this.#backplane = backplane;
  }

  /** Joins a topic. */
  join(topic: string): void {
    this.#refused.delete(topic);
    const joined = this.#backplane.join(topic, undefined);
    if (!(joined instanceof Promise)) return;
    const joining = Promise.withResolvers<void>();
    this.#joining.set(topic, joining);
    const settled = (isJoined: boolean): void => {
      joining.resolve();
      if (this.#joining.get(topic) !== joining) return;
      this.#joining.delete(topic);
      if (!isJoined) this.#refused.add(topic);
    };
    joined.then(() => settled(true), () => settled(false));
  }

  /** Leaves it, and keeps nobody waiting for it. */
  leave(topic: string): void {
    this.#refused.delete(topic);
    this.#joining.get(topic)?.resolve();
    this.#joining.delete(topic);
    this.#backplane.leave(topic);
  }

  /** One more has subscribed to a topic that was joined: where that was refused, it is tried again. */
  ensure(topic: string): void {
    if (this.#refused.size > 0 && this.#refused.has(topic)) this.join(topic);
  }

  /** When a topic is joined, or there is no broker to wait for; undefined when nobody has to wait. */
  pending(topic: string): Promise<void> | undefined {
    return this.#backplane.isUp ? this.#joining.get(topic)?.promise : undefined;
  }

  /** The broker has gone away, or is back. */
  onState(isUp: boolean): void {
    if (!isUp) return this.release();
    for (const topic of [...this.#refused]) this.join(topic);
  }

  /** Nobody waits any more. */
  release(): void {
    for (const joining of this.#joining.values()) joining.resolve();
  }
}
