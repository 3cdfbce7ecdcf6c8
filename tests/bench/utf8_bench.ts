/**
 * UTF-8: checking what arrives, writing what leaves.
 *
 * @module
 */
import { advanceUtf8, encodeText, UTF8_ACCEPT, utf8Bytes } from "../../lib/frame/mod.ts";

const TEXTS = { "ASCII": "Hello, world. ", "multibyte": "Grüße, 世界 😀 " } as const;

for (const [kind, unit] of Object.entries(TEXTS)) {
  for (const size of [20, 64, 1024, 65_536]) {
    const bytes = new TextEncoder().encode(unit.repeat(size)).subarray(0, size);
    const end = lastWhole(bytes);
    Deno.bench({
      name: `check ${size} B, ${kind}`,
      group: "check",
      fn() {
        if (advanceUtf8(UTF8_ACCEPT, bytes, 0, end) !== UTF8_ACCEPT) throw new Error("not accepted");
      },
    });
    const text = new TextDecoder().decode(bytes.subarray(0, end));
    const out = new Uint8Array(8 + 3 * text.length);
    Deno.bench({
      name: `encode ${size} B, ${kind}`,
      group: "encode",
      fn() {
        encodeText(text, out, 4);
      },
    });
    Deno.bench({
      name: `measure ${size} B, ${kind}`,
      group: "measure",
      fn() {
        utf8Bytes(text);
      },
    });
  }
}

/** Where the last whole character ends. */
function lastWhole(bytes: Uint8Array): number {
  for (let end = bytes.length; end > 0; end--) if (advanceUtf8(UTF8_ACCEPT, bytes, 0, end) === UTF8_ACCEPT) return end;
  return 0;
}
