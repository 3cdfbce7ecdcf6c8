/**
 * Reads the server-sent events of an inspector's response.
 *
 * @module
 */
import type { WatchStream, WireOverview } from "../../../lib/observe/inspector/wire.ts";

type Events = WatchStream & { readonly overview: WireOverview };

/** One stream. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event of this name; others are passed over. */
  async next<Name extends keyof Events>(name: Name): Promise<Events[Name]> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end === -1) {
        const { value, done } = await this.#reader.read();
        if (done) throw new Error(`the stream ended before ${name}`);
        this.#text += value;
        continue;
      }
      const event = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const found = /^event: (\w+)\ndata: (.*)$/.exec(event);
      if (found?.[1] === name) return JSON.parse(found[2]!);
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}
