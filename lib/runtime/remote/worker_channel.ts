/**
 * A channel to a Worker: batches as messages, their buffers transferred.
 *
 * @module
 */
import type { Channel, ChannelEvents } from "./channel.ts";
import { walkRecords } from "./record_reader.ts";
import { MAX_RECORD_BYTES, WireError } from "./wire.ts";

/** The place of route code that has a thread of its own. */
export class WorkerChannel implements Channel {
  readonly #worker: Worker;
  readonly #events: ChannelEvents;
  #isClosed = false;

  /** @param entry the module that hosts the code. */
  constructor(entry: URL, name: string, events: ChannelEvents) {
    this.#events = events;
    this.#worker = new Worker(entry, { type: "module", name });
    this.#worker.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(data);
    this.#worker.onerror = (event) => {
      // Else it would be an error of the whole process.
      event.preventDefault();
      this.#close(event.message);
    };
    this.#worker.onmessageerror = () => this.#close("a message could not be read");
  }

  send(batch: Uint8Array<ArrayBuffer>): void {
    this.#worker.postMessage(batch, [batch.buffer]);
  }

  kill(): void {
    this.#close("it was ended");
  }

  #take(data: unknown): void {
    // `close()` in the worker tells nobody; its host says so by this.
    if (typeof data === "string") return this.#close(data);
    if (!(data instanceof Uint8Array)) return this.#close("a message that is no batch");
    try {
      const at = walkRecords(data as Uint8Array<ArrayBuffer>, data.length, MAX_RECORD_BYTES, this.#events.take);
      if (at !== data.length) throw new WireError("a batch that ends within a record");
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#close(`it broke the rules of its channel: ${error.message}`);
    }
  }

  #close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#worker.terminate();
    this.#worker.onmessage = null;
    this.#events.onClosed(reason);
  }
}
