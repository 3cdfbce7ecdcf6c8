/**
 * The write buffer: what appending a message and taking it out again costs.
 *
 * Each iteration appends a hundred messages, as the answers to one chunk, and writes them.
 *
 * @module
 */
import { OPCODE, PreparedMessage, type SegmentSource, WriteBuffer } from "../../lib/frame/mod.ts";

/** Free lists by size, as the gateway's pool has them. */
class Recycler implements SegmentSource {
  readonly #free = new Map<number, Uint8Array<ArrayBuffer>[]>();

  take(minBytes: number): Uint8Array<ArrayBuffer> {
    const size = Math.max(1024, 2 ** Math.ceil(Math.log2(minBytes)));
    return this.#free.get(size)?.pop() ?? new Uint8Array(size);
  }

  give(buffer: Uint8Array<ArrayBuffer>): void {
    const list = this.#free.get(buffer.length);
    if (list === undefined) this.#free.set(buffer.length, [buffer]);
    else list.push(buffer);
  }
}

const MESSAGES = 100;

function benchAppend(name: string, append: (output: WriteBuffer) => void): void {
  const output = new WriteBuffer(new Recycler());
  Deno.bench({
    name: `${MESSAGES} × ${name}`,
    group: "append",
    fn() {
      for (let i = 0; i < MESSAGES; i++) append(output);
      for (let bytes = output.begin(); bytes !== undefined; bytes = output.begin()) output.wrote(bytes.length);
    },
  });
}

for (const size of [20, 64, 1024, 16_384]) {
  const ascii = "a".repeat(size);
  const bytes = new Uint8Array(size);
  const multibyte = "é".repeat(size / 2);
  const { run } = new PreparedMessage(ascii);
  benchAppend(`text of ${size} B, ASCII`, (output) => output.appendText(ascii));
  benchAppend(`text of ${size} B, multibyte`, (output) => output.appendText(multibyte));
  benchAppend(`binary of ${size} B`, (output) => output.appendFrame(OPCODE.BINARY, bytes));
  benchAppend(`prepared text of ${size} B`, (output) => output.appendShared(run));
}
