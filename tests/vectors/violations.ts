/**
 * Streams for every violation that frames can cause. Each ends with the frame, or the header, that is at fault.
 *
 * @module
 */
import type { ReceiverOptions, ViolationName } from "../../lib/frame/mod.ts";

/** A stream that breaks one rule. */
export interface ViolationVector {
  readonly violation: ViolationName;
  readonly what: string;
  readonly hex: string;
  /** What is told before. */
  readonly events?: readonly string[];
  readonly options?: Partial<ReceiverOptions>;
}

const ZERO_KEY = "00000000";
const CLIENT_SIDE = { expectMasked: false };

/** In the order of violation.ts. */
export const VIOLATION_VECTORS: readonly ViolationVector[] = [
  { violation: "RSV_UNEXPECTED", what: "RSV1 on a text frame", hex: "c180" + ZERO_KEY },
  { violation: "RSV_UNEXPECTED", what: "RSV2 on a binary frame", hex: "a280" + ZERO_KEY },
  { violation: "RSV_UNEXPECTED", what: "RSV3 on a ping", hex: "9980" + ZERO_KEY },
  { violation: "RSV_UNEXPECTED", what: "all three and a reserved opcode", hex: "ff80" + ZERO_KEY },
  ...["3", "4", "5", "6", "7", "b", "c", "d", "e", "f"].map((opcode): ViolationVector => ({
    violation: "OPCODE_RESERVED",
    what: `opcode 0x${opcode}`,
    hex: `8${opcode}80${ZERO_KEY}`,
  })),
  { violation: "LENGTH_NOT_MINIMAL", what: "0 in 16 bits", hex: "82fe0000" + ZERO_KEY },
  { violation: "LENGTH_NOT_MINIMAL", what: "125 in 16 bits", hex: "82fe007d" + ZERO_KEY },
  { violation: "LENGTH_NOT_MINIMAL", what: "125 in 64 bits", hex: "82ff000000000000007d" + ZERO_KEY },
  { violation: "LENGTH_NOT_MINIMAL", what: "65 535 in 64 bits", hex: "82ff000000000000ffff" + ZERO_KEY },
  { violation: "LENGTH_NEGATIVE", what: "2^63", hex: "82ff8000000000000000" + ZERO_KEY },
  { violation: "LENGTH_NEGATIVE", what: "2^64 - 1", hex: "82ffffffffffffffffff" + ZERO_KEY },
  { violation: "MASK_MISSING", what: "an unmasked text frame to a server", hex: "8105" },
  { violation: "MASK_MISSING", what: "an unmasked ping to a server", hex: "8900" },
  { violation: "MASK_UNEXPECTED", what: "a masked text frame to a client", hex: "8180", options: CLIENT_SIDE },
  { violation: "CONTINUATION_UNEXPECTED", what: "a continuation first", hex: "8080" + ZERO_KEY },
  {
    violation: "CONTINUATION_UNEXPECTED",
    what: "a continuation after a whole message",
    hex: `8181${ZERO_KEY}61` + "0080" + ZERO_KEY,
    events: ["text 61"],
  },
  {
    violation: "CONTINUATION_EXPECTED",
    what: "a text frame inside a fragmented text",
    hex: `0181${ZERO_KEY}61` + "8181" + ZERO_KEY,
  },
  {
    violation: "CONTINUATION_EXPECTED",
    what: "a binary frame inside a fragmented text, after a ping",
    hex: `0180${ZERO_KEY}8980${ZERO_KEY}` + "0280" + ZERO_KEY,
    events: ["ping "],
  },
  { violation: "CONTROL_FRAGMENTED", what: "a ping without FIN", hex: "0980" + ZERO_KEY },
  { violation: "CONTROL_FRAGMENTED", what: "a Close without FIN", hex: "0880" + ZERO_KEY },
  { violation: "CONTROL_TOO_LONG", what: "a ping of 126 bytes", hex: "89fe007e" + ZERO_KEY },
  { violation: "CONTROL_TOO_LONG", what: "a pong of 64 KiB", hex: "8aff0000000000010000" + ZERO_KEY },
  { violation: "CLOSE_TRUNCATED", what: "a Close of one byte", hex: `8881${ZERO_KEY}03` },
  { violation: "CLOSE_CODE_INVALID", what: "1005", hex: `8882${ZERO_KEY}03ed` },
  { violation: "CLOSE_CODE_INVALID", what: "1006", hex: `8882${ZERO_KEY}03ee` },
  { violation: "CLOSE_CODE_INVALID", what: "999", hex: `8882${ZERO_KEY}03e7` },
  { violation: "CLOSE_REASON_NOT_UTF8", what: "1000 and 0xFF", hex: `8883${ZERO_KEY}03e8ff` },
  { violation: "CLOSE_REASON_NOT_UTF8", what: "1000 and half a character", hex: `8884${ZERO_KEY}03e8e282` },
  { violation: "TEXT_NOT_UTF8", what: "0xFF in a text", hex: `8182${ZERO_KEY}61ff` },
  { violation: "TEXT_NOT_UTF8", what: "half a character at the end of a text", hex: `8182${ZERO_KEY}e282` },
  {
    violation: "TEXT_NOT_UTF8",
    what: "a surrogate over two fragments",
    hex: `0181${ZERO_KEY}ed` + `8081${ZERO_KEY}a0`,
  },
  {
    violation: "MESSAGE_TOO_BIG",
    what: "one byte more than maxMessageBytes",
    hex: "82fe03e9" + ZERO_KEY,
    options: { maxMessageBytes: 1000 },
  },
  {
    violation: "MESSAGE_TOO_BIG",
    what: "2^63 - 1",
    hex: "82ff7fffffffffffffff" + ZERO_KEY,
  },
  {
    violation: "MESSAGE_TOO_BIG",
    what: "one byte more over two fragments",
    hex: `0283${ZERO_KEY}000000` + "8082" + ZERO_KEY,
    options: { maxMessageBytes: 4 },
  },
  {
    violation: "TOO_MANY_FRAGMENTS",
    what: "a third fragment of two",
    hex: `0280${ZERO_KEY}0080${ZERO_KEY}` + "8080" + ZERO_KEY,
    options: { maxFragments: 2 },
  },
];
