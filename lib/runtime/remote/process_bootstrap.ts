/**
 * The first words of a sandbox: JavaScript that takes the host from its standard input and runs it.
 *
 * The host comes that way, and so does the code it is to run, because a module from a blob is refused what a file would be
 * allowed to import.
 *
 * @module
 */

/** Reads a length of four bytes, little-endian, and so much JavaScript; what follows is the host's. */
const BOOTSTRAP = `
const read = async (bytes) => {
  for (let at = 0; at < bytes.length;) {
    const count = await Deno.stdin.read(bytes.subarray(at));
    if (count === null) Deno.exit(0);
    at += count;
  }
  return bytes;
};
const length = new DataView((await read(new Uint8Array(4))).buffer).getUint32(0, true);
const source = new Blob([await read(new Uint8Array(length))], { type: "text/javascript" });
await import(URL.createObjectURL(source));
`;

/** The module to start a process with. */
export const BOOTSTRAP_URL = `data:text/javascript,${encodeURIComponent(BOOTSTRAP)}`;

/** What such a process is to be sent first. */
export function bootstrapInput(host: string): Uint8Array<ArrayBuffer> {
  const source = new TextEncoder().encode(host);
  const input = new Uint8Array(4 + source.length);
  new DataView(input.buffer).setUint32(0, source.length, true);
  input.set(source, 4);
  return input;
}
