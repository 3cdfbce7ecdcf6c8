/**
 * The examples of RFC 7692 §7.2.3, byte for byte, each with its section.
 *
 * @module
 */

/** Messages that are sent one after the other on one connection: all of them say "Hello". */
export interface DeflateExample {
  readonly section: string;
  readonly what: string;
  /** Payloads of the messages, in hexadecimal. */
  readonly payloads: readonly string[];
  /** What they say. */
  readonly texts: readonly string[];
  /** True where a message refers to the one before. */
  readonly needsContext?: true;
}

export const DEFLATE_EXAMPLES: readonly DeflateExample[] = [
  {
    section: "§7.2.3.1",
    what: "a message compressed using one compressed DEFLATE block",
    payloads: ["f248cdc9c90700"],
    texts: ["Hello"],
  },
  {
    section: "§7.2.3.2",
    what: "two messages that share the LZ77 sliding window",
    payloads: ["f248cdc9c90700", "f200110000"],
    texts: ["Hello", "Hello"],
    needsContext: true,
  },
  {
    section: "§7.2.3.3",
    what: "a DEFLATE block with no compression",
    payloads: ["000500faff48656c6c6f00"],
    texts: ["Hello"],
  },
  {
    section: "§7.2.3.4",
    what: "a DEFLATE block with BFINAL set to 1",
    payloads: ["f348cdc9c9070000"],
    texts: ["Hello"],
  },
  {
    section: "§7.2.3.5",
    what: "two DEFLATE blocks in one message",
    payloads: ["f24805000000ffff" + "cac9c90700"],
    texts: ["Hello"],
  },
  {
    section: "§7.2.3.6",
    what: "an empty message",
    payloads: ["00"],
    texts: [""],
  },
];

/** Frames of §7.2.3.1: the message whole, and in two fragments. */
export const DEFLATE_FRAMES = {
  whole: "c107" + "f248cdc9c90700",
  fragmented: "4103" + "f248cd" + "8004" + "c9c90700",
  compressed: "f248cdc9c90700",
} as const;
