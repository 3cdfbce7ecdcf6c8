/**
 * The opcodes of RFC 6455 §5.2.
 *
 * @module
 */

/** Opcodes by name. 0x3–0x7 and 0xB–0xF are reserved. */
export const OPCODE = {
  CONTINUATION: 0x0,
  TEXT: 0x1,
  BINARY: 0x2,
  CLOSE: 0x8,
  PING: 0x9,
  PONG: 0xa,
} as const;

/** One of the six defined opcodes. */
export type Opcode = typeof OPCODE[keyof typeof OPCODE];

/** One bit for each defined opcode: `(DEFINED_OPCODES >> opcode) & 1`. */
const DEFINED_OPCODES = Object.values(OPCODE).reduce<number>((bits, opcode) => bits | (1 << opcode), 0);

/** Whether RFC 6455 gives this opcode a meaning. */
export function isDefinedOpcode(opcode: number): opcode is Opcode {
  return ((DEFINED_OPCODES >> opcode) & 1) === 1;
}

/** Whether the opcode is one of a control frame: its highest bit is set. RFC 6455 §5.5. */
export function isControlOpcode(opcode: number): boolean {
  return opcode >= 0x8;
}
