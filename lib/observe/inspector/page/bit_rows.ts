/**
 * A frame's bits in rows of 32, as RFC 6455 §5.2 draws them.
 *
 * @module
 */
import { headerView } from "./frame_view.ts";

/** A field, or the part of it that is in one row. */
export interface BitCell {
  readonly name: string;
  /** The bits in it: `"1"`, `"0001"`. */
  readonly bits: string;
  /** Which kind of field: for its colour. */
  readonly kind: "flag" | "opcode" | "length" | "key" | "payload";
  /** True where the field began in the row before. */
  readonly isRest: boolean;
}

/** 32 bits, or fewer in the last row. */
export type BitRow = readonly BitCell[];

const ROW_BITS = 32;
/** So much of the payload is drawn. */
const DRAWN_PAYLOAD_BYTES = 8;

interface Field {
  readonly name: string;
  readonly bits: string;
  readonly kind: BitCell["kind"];
}

/**
 * The rows.
 *
 * @param header in hex.
 * @param payload unmasked; it is drawn as it was on the wire.
 */
export function bitRows(header: string, payload: Uint8Array): readonly BitRow[] {
  const { lengthForm, maskKey } = headerView(header);
  const bits = bitsOf(header);
  const fields: Field[] = [
    { name: "FIN", bits: bits.slice(0, 1), kind: "flag" },
    { name: "RSV1", bits: bits.slice(1, 2), kind: "flag" },
    { name: "RSV2", bits: bits.slice(2, 3), kind: "flag" },
    { name: "RSV3", bits: bits.slice(3, 4), kind: "flag" },
    { name: "opcode", bits: bits.slice(4, 8), kind: "opcode" },
    { name: "MASK", bits: bits.slice(8, 9), kind: "flag" },
    { name: "payload len", bits: bits.slice(9, 16), kind: "length" },
  ];
  const extendedBits = lengthForm === 7 ? 0 : lengthForm;
  if (extendedBits > 0) {
    fields.push({ name: "extended payload length", bits: bits.slice(16, 16 + extendedBits), kind: "length" });
  }
  if (maskKey !== "") fields.push({ name: "masking key", bits: bits.slice(16 + extendedBits), kind: "key" });
  if (payload.length > 0) {
    const drawn = payload.subarray(0, DRAWN_PAYLOAD_BYTES);
    const name = maskKey === "" ? "payload data" : "payload data, masked";
    fields.push({ name, bits: bitsOf(masked(drawn, maskKey)), kind: "payload" });
  }
  return rowsOf(fields);
}

function rowsOf(fields: readonly Field[]): readonly BitRow[] {
  const rows: BitCell[][] = [[]];
  let free = ROW_BITS;
  for (const { name, bits, kind } of fields) {
    for (let at = 0; at < bits.length;) {
      if (free === 0) {
        rows.push([]);
        free = ROW_BITS;
      }
      const part = bits.slice(at, at + free);
      rows.at(-1)!.push({ name, bits: part, kind, isRest: at > 0 });
      at += part.length;
      free -= part.length;
    }
  }
  return rows;
}

function bitsOf(hex: string): string {
  return [...hex].map((digit) => parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
}

/** In hex. */
function masked(payload: Uint8Array, maskKey: string): string {
  return [...payload].map((byte, at) => {
    const key = maskKey === "" ? 0 : parseInt(maskKey.slice(at % 4 * 2, at % 4 * 2 + 2), 16);
    return (byte ^ key).toString(16).padStart(2, "0");
  }).join("");
}
