/**
 * A channel to a host in the same isolate, which is as hard on both sides as a channel may be: batches arrive in a later
 * turn, and their bytes are used for something else as soon as they were taken.
 *
 * @module
 */
import type { LoadedCode } from "../../../../lib/runtime/remote/hosted_code.ts";
import type { Channel, ChannelEvents } from "../../../../lib/runtime/remote/channel.ts";
import { RuntimeHost } from "../../../../lib/runtime/remote/host.ts";
import { RecordReader } from "../../../../lib/runtime/remote/record_reader.ts";
import type { Boot } from "../../../../lib/runtime/remote/record_values.ts";
import { MAX_RECORD_BYTES, WireError } from "../../../../lib/runtime/remote/wire.ts";

/** So much is taken at once, so that batches arrive in parts. */
const PART_BYTES = 1000;

/** One pair of gateway and host. */
export class MemoryChannel implements Channel {
  readonly #events: ChannelEvents;
  readonly #down: RecordReader;
  readonly #up: RecordReader;
  readonly #host: RuntimeHost;
  #isClosed = false;

  constructor(load: (boot: Boot) => Promise<LoadedCode>, events: ChannelEvents) {
    this.#events = events;
    this.#up = new RecordReader(MAX_RECORD_BYTES, events.take);
    this.#host = new RuntimeHost({
      send: (batch) => this.#carry(batch, this.#up),
      load,
      memoryBytes: () => 0,
      retain: () => this.#down.retain(),
    });
    this.#down = new RecordReader(MAX_RECORD_BYTES, this.#host.take);
  }

  async send(batch: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#carry(batch, this.#down);
    if (!this.#isClosed) this.#host.outbox.flush();
  }

  kill(): void {
    this.end("it was killed");
  }

  /** The code ends. */
  end(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.onClosed(reason);
  }

  async #carry(batch: Uint8Array<ArrayBuffer>, reader: RecordReader): Promise<void> {
    for (let at = 0; at < batch.length; at += PART_BYTES) {
      await Promise.resolve();
      if (this.#isClosed) return;
      try {
        reader.push(batch.subarray(at, at + PART_BYTES));
        // What lies there now is not what was taken.
        reader.room.fill(0xee);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        this.end(`it broke the rules of its channel: ${error.message}`);
      }
    }
  }
}
