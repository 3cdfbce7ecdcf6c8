/**
 * Assembles `lib/frame/kernel.wat`; as a program it writes the result to `lib/frame/kernel_binary.ts`.
 *
 * @module
 */
import wabt from "wabt";

const SOURCE = new URL("../../lib/frame/kernel.wat", import.meta.url);
const RESULT = new URL("../../lib/frame/kernel_binary.ts", import.meta.url);

/** The text of `kernel_binary.ts` that belongs to the source as it is. */
export async function kernelBinarySource(): Promise<string> {
  const { parseWat } = await wabt();
  const module = parseWat("kernel.wat", await Deno.readTextFile(SOURCE), { simd: true, bulk_memory: true });
  const base64 = module.toBinary({}).buffer.toBase64();
  module.destroy();
  const lines = base64.match(/.{1,110}/g)!.map((line) => `  "${line}"`);
  return `/**
 * \`kernel.wat\`, assembled: written by \`deno task kernel\`.
 *
 * @module
 */

/** The module in base64. */
// deno-fmt-ignore
export const KERNEL_BINARY =
${lines.join(" +\n")};
`;
}

if (import.meta.main) await Deno.writeTextFile(RESULT, await kernelBinarySource());
