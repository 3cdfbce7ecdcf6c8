/**
 * Unmasking by size: GB/s is the size over the time.
 *
 * @module
 */
import { applyMask, readMaskKey } from "../../lib/frame/mod.ts";

const KEY = readMaskKey(Uint8Array.of(0x37, 0xfa, 0x21, 0x3d), 0);

for (
  const [name, size] of [["20 B", 20], ["64 B", 64], ["1 KiB", 1024], ["64 KiB", 65_536], ["1 MiB", 1 << 20]] as const
) {
  const bytes = new Uint8Array(size + 8);
  Deno.bench({
    name: `unmask ${name}`,
    group: "unmask",
    fn() {
      // Payloads begin where headers end: seldom on a word.
      applyMask(bytes, 6, 6 + size, KEY);
    },
  });
}
