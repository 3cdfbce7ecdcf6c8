/**
 * Bytes for readers: as text, as a hex dump, as JSON.
 *
 * @module
 */

/** So many bytes are shown in one view. */
export const SHOWN_BYTES = 64 * 1024;

const DUMP_COLUMNS = 16;
const MAX_DUMP_BYTES = 4096;

/** As text; bytes that are not UTF-8 are replaced. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES));
}

/** Lines of offset, bytes, and what of them is ASCII. */
export function hexDump(bytes: Uint8Array, maxBytes = MAX_DUMP_BYTES): string {
  const lines: string[] = [];
  const end = Math.min(bytes.length, maxBytes);
  for (let at = 0; at < end; at += DUMP_COLUMNS) {
    const row = bytes.subarray(at, Math.min(at + DUMP_COLUMNS, end));
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = [...row].map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(DUMP_COLUMNS * 3 - 1)}  ${ascii}`);
  }
  if (end < bytes.length) lines.push(`… ${bytes.length - end} more bytes`);
  return lines.join("\n");
}

/** JSON in a text: all of it, or what stands behind the header line of `sockeye.v1`. */
export interface JsonFound {
  readonly value: unknown;
  /** The header before it. */
  readonly header?: unknown;
}

/** @returns undefined where it is no JSON, or nothing that has a tree. */
export function jsonOf(bytes: Uint8Array): JsonFound | undefined {
  if (bytes.length > SHOWN_BYTES) return undefined;
  const text = textOf(bytes);
  const whole = parsed(text);
  if (whole !== undefined) return { value: whole };
  const at = text.indexOf("\n");
  if (at === -1) return undefined;
  const header = at === 0 ? undefined : parsed(text.slice(0, at));
  if (at > 0 && !Array.isArray(header)) return undefined;
  const value = parsed(text.slice(at + 1));
  if (value !== undefined) return header === undefined ? { value } : { value, header };
  return header === undefined ? undefined : { value: header };
}

function parsed(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // It only looked like it.
    return undefined;
  }
}
