/**
 * Passes on what a process prints, line by line.
 *
 * @module
 */

/** Longer lines are cut into several. */
export const MAX_LINE_CHARACTERS = 64 * 1024;

/** Reads to the end. Never rejects. @param write takes one line at a time, without its line feed. */
export async function passOnLines(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
  write: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let line = "";
  try {
    for await (const chunk of output) {
      const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
      line += first;
      for (const next of others) {
        write(line);
        line = next;
      }
      if (line.length > MAX_LINE_CHARACTERS) {
        write(line);
        line = "";
      }
    }
  } catch {
    // Its end is told by its status.
  }
  if (line !== "") write(line);
}
