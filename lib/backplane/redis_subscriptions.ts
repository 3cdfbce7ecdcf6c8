/**
 * The channels that a session listens to: what is wanted is compared with what is there, one round after the other.
 *
 * The client takes a channel's confirmation for that of another round when both are under way, and then forgets a
 * subscription: left and joined again at once.
 *
 * @module
 */

/** What a round does; `subscribe` of the Redis client, and its counterpart. */
export interface ChannelCommands {
  subscribe(channels: string[]): Promise<void>;
  unsubscribe(channels: string[]): Promise<void>;
}

/** See the module. */
export class RedisSubscriptions<T> {
  readonly #commands: ChannelCommands;
  readonly #wanted = new Map<string, T>();
  readonly #there = new Set<string>();
  #round: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(commands: ChannelCommands) {
    this.#commands = commands;
  }

  /** What the channel was added for; undefined when it is not wanted. */
  get(channel: string): T | undefined {
    return this.#wanted.get(channel);
  }

  /** Resolves when they are confirmed. */
  add(channels: ReadonlyMap<string, T>): Promise<void> {
    for (const [channel, value] of channels) this.#wanted.set(channel, value);
    return this.#reconcile();
  }

  /** Nothing of it is told any more. */
  remove(channel: string): void {
    this.#wanted.delete(channel);
    this.#reconcile().catch(() => {
      // The session ends.
    });
  }

  /** The round after the one under way, in which all that is wanted by then is done. */
  #reconcile(): Promise<void> {
    return this.#next ??= this.#round.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.#round = this.#run();
    });
  }

  async #run(): Promise<void> {
    const added = [...this.#wanted.keys()].filter((channel) => !this.#there.has(channel));
    const removed = [...this.#there].filter((channel) => !this.#wanted.has(channel));
    if (removed.length > 0) await this.#commands.unsubscribe(removed);
    for (const channel of removed) this.#there.delete(channel);
    if (added.length > 0) await this.#commands.subscribe(added);
    for (const channel of added) this.#there.add(channel);
  }
}
