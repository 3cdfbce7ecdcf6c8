/**
 * What a channel to real code tells, as a test looks at it.
 *
 * @module
 */
import type { ChannelEvents } from "../../../../lib/runtime/remote/channel.ts";
import { recordsInto, type SeenRecord } from "./records.ts";

/** Listens to one channel. */
export class SeenChannel implements ChannelEvents {
  readonly records: SeenRecord[] = [];
  readonly lines: string[] = [];
  /** How often its end was told. */
  ends = 0;
  readonly #closed = Promise.withResolvers<string>();
  readonly #first = Promise.withResolvers<void>();
  readonly #record = recordsInto(this.records);

  /** Resolves with the reason when it has ended. */
  get closed(): Promise<string> {
    return this.#closed.promise;
  }

  /** Resolves with the first record. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  readonly take: ChannelEvents["take"] = (...record) => {
    this.#record(...record);
    this.#first.resolve();
  };

  onClosed(reason: string): void {
    this.ends++;
    this.#closed.resolve(reason);
  }

  onLine(line: string): void {
    this.lines.push(line);
  }
}
