/**
 * Offers of permessage-deflate and their exact answers: the RFC's, those of real clients, and every part of an answer.
 *
 * @module
 */
import type { DeflatePolicy } from "../../lib/handshake/permessage_deflate.ts";

/** Nothing asked of anybody. */
export const KEEP_ALL: DeflatePolicy = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

/** Nothing kept between messages. */
export const KEEP_NONE: DeflatePolicy = { ...KEEP_ALL, serverNoContextTakeover: true, clientNoContextTakeover: true };

/** Little memory. */
export const SMALL_WINDOWS: DeflatePolicy = { ...KEEP_ALL, serverMaxWindowBits: 10, clientMaxWindowBits: 11 };

/** One value of Sec-WebSocket-Extensions, and what is answered under a policy; undefined: no compression. */
export interface NegotiationVector {
  readonly from: string;
  readonly offer: string;
  readonly keepAll: string | undefined;
  readonly keepNone: string | undefined;
  readonly smallWindows: string | undefined;
}

const NO_CONTEXT = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/** What the RFC shows and what clients send. */
export const NEGOTIATIONS: readonly NegotiationVector[] = [
  {
    from: "RFC 7692 §7.1.3, the simplest offer; Firefox",
    offer: "permessage-deflate",
    keepAll: "permessage-deflate",
    keepNone: NO_CONTEXT,
    smallWindows: "permessage-deflate; server_max_window_bits=10",
  },
  {
    from: "Chromium, ws",
    offer: "permessage-deflate; client_max_window_bits",
    keepAll: "permessage-deflate",
    keepNone: NO_CONTEXT,
    smallWindows: "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11",
  },
  {
    from: "RFC 7692 §7.1.3, a window of 1,024 bytes",
    offer: "permessage-deflate; client_max_window_bits; server_max_window_bits=10",
    keepAll: "permessage-deflate; server_max_window_bits=10",
    keepNone: `${NO_CONTEXT}; server_max_window_bits=10`,
    smallWindows: "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11",
  },
  {
    from: "RFC 7692 §7.1.3, the same with a fallback",
    offer: "permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; " +
      "client_max_window_bits",
    keepAll: "permessage-deflate; server_max_window_bits=10",
    keepNone: `${NO_CONTEXT}; server_max_window_bits=10`,
    smallWindows: "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11",
  },
  {
    from: "python websockets",
    offer: "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
    keepAll: "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
    keepNone: `${NO_CONTEXT}; server_max_window_bits=12; client_max_window_bits=12`,
    smallWindows: "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11",
  },
  {
    from: "gorilla/websocket, which fails unless both come back",
    offer: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    keepAll: NO_CONTEXT,
    keepNone: NO_CONTEXT,
    smallWindows: `${NO_CONTEXT}; server_max_window_bits=10`,
  },
  {
    from: "soketto",
    offer: "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
    keepAll: NO_CONTEXT,
    keepNone: NO_CONTEXT,
    smallWindows: `${NO_CONTEXT}; server_max_window_bits=10; client_max_window_bits=11`,
  },
  {
    from: "an old Safari: only another extension",
    offer: "x-webkit-deflate-frame",
    keepAll: undefined,
    keepNone: undefined,
    smallWindows: undefined,
  },
  {
    from: "other extensions before and after",
    offer: "permessage-bzip2; block_size=9, x-webkit-deflate-frame; max_window_bits=15, permessage-deflate, foo",
    keepAll: "permessage-deflate",
    keepNone: NO_CONTEXT,
    smallWindows: "permessage-deflate; server_max_window_bits=10",
  },
  {
    from: "two offers that could both be accepted",
    offer: "permessage-deflate; server_max_window_bits=14, permessage-deflate; server_max_window_bits=9",
    keepAll: "permessage-deflate; server_max_window_bits=14",
    keepNone: `${NO_CONTEXT}; server_max_window_bits=14`,
    smallWindows: "permessage-deflate; server_max_window_bits=10",
  },
  {
    from: "256 bytes, else 512, else anything",
    offer: "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=9, " +
      "permessage-deflate",
    keepAll: "permessage-deflate; server_max_window_bits=9",
    keepNone: `${NO_CONTEXT}; server_max_window_bits=9`,
    smallWindows: "permessage-deflate; server_max_window_bits=9",
  },
  {
    from: "quoted values",
    offer: 'permessage-deflate; server_max_window_bits="12"; client_max_window_bits="\\9"',
    keepAll: "permessage-deflate; server_max_window_bits=12; client_max_window_bits=9",
    keepNone: `${NO_CONTEXT}; server_max_window_bits=12; client_max_window_bits=9`,
    smallWindows: "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
  },
];

/** Parameters that decline the offer they stand in, and why. */
export const DECLINED: ReadonlyArray<readonly [params: string, why: string]> = [
  ["server_no_context_takeover=true", "a value where none is allowed (RFC 7692 §7.1.1.1)"],
  ["server_no_context_takeover=1", "a value where none is allowed (RFC 7692 §7.1.1.1)"],
  ["client_no_context_takeover=true", "a value where none is allowed (RFC 7692 §7.1.1.2)"],
  ['client_no_context_takeover="client_no_context_takeover"', "a quoted value where none is allowed (§7.1.1.2)"],
  ["server_max_window_bits", "no value where one is required (RFC 7692 §7.1.2.1)"],
  ["server_max_window_bits=8", "a window that zlib cannot compress with (RFC 7692 §7.1.2.1)"],
  ['server_max_window_bits="8"', "a window that zlib cannot compress with, quoted (RFC 7692 §7.1.2.1)"],
  ...["7", "16", "0", "08", "09", "010", "+9", "-9", "9.0", "1e1", "0xa", "ten", "100", "150", "9a", "true"].flatMap(
    (value) => [
      [`server_max_window_bits=${value}`, "an invalid value (RFC 7692 §7.1.2.1)"] as const,
      [`client_max_window_bits=${value}`, "an invalid value (RFC 7692 §7.1.2.2)"] as const,
    ],
  ),
  ["foo", "an unknown parameter (RFC 7692 §7)"],
  ["foo=1", "an unknown parameter with a value (RFC 7692 §7)"],
  ["Server_No_Context_Takeover", "a name in another case (RFC 7692 §7)"],
  ["max_window_bits=15", "a parameter of another extension (RFC 7692 §7)"],
  ["constructor", "a name that every object has (RFC 7692 §7)"],
  ["__proto__=9", "a name that every object has (RFC 7692 §7)"],
  ["client_max_window_bits; foo", "an unknown parameter after a good one (RFC 7692 §7)"],
  ["server_no_context_takeover; server_no_context_takeover", "a repeated parameter (RFC 7692 §7)"],
  ["client_no_context_takeover; client_no_context_takeover", "a repeated parameter (RFC 7692 §7)"],
  ["server_max_window_bits=10; server_max_window_bits=10", "a repeated parameter, values equal (RFC 7692 §7)"],
  ["server_max_window_bits=10; server_max_window_bits=11", "a repeated parameter, values differ (RFC 7692 §7)"],
  ["client_max_window_bits; client_max_window_bits", "a repeated parameter without values (RFC 7692 §7)"],
  ["client_max_window_bits; client_max_window_bits=10", "a repeated parameter, once with a value (RFC 7692 §7)"],
  ["client_max_window_bits=10; client_max_window_bits", "a repeated parameter, once with a value (RFC 7692 §7)"],
];

/** One part of an answer: what the client offers of a parameter, and what is answered under each policy. */
export interface AnswerPart<Wanted> {
  /** As it is written in the offer; the empty string leaves the parameter out. */
  readonly offered: string;
  /** `[policy, answered, agreed]`; an empty `answered` leaves the parameter out. */
  readonly answers: ReadonlyArray<readonly [policy: Wanted, answered: string, agreed: Wanted]>;
}

/** RFC 7692 §7.1.1.1. */
export const SERVER_CONTEXT: readonly AnswerPart<boolean>[] = noContext("server_no_context_takeover");

/** RFC 7692 §7.1.1.2. */
export const CLIENT_CONTEXT: readonly AnswerPart<boolean>[] = noContext("client_no_context_takeover");

/** RFC 7692 §7.1.2.1, under policies of 9, 12 and 15 bits. */
export const SERVER_WINDOW: readonly AnswerPart<number>[] = windows("server_max_window_bits", [
  ["", "9", "12", ""],
  ["=9", "9", "9", "9"],
  ["=10", "9", "10", "10"],
  ["=11", "9", "11", "11"],
  ["=12", "9", "12", "12"],
  ["=13", "9", "12", "13"],
  ["=14", "9", "12", "14"],
  ["=15", "9", "12", "15"],
]);

/** RFC 7692 §7.1.2.2, under policies of 9, 12 and 15 bits. */
export const CLIENT_WINDOW: readonly AnswerPart<number>[] = windows("client_max_window_bits", [
  ["", "", "", ""],
  ["no value", "9", "12", ""],
  ["=8", "8", "8", "8"],
  ["=9", "9", "9", "9"],
  ["=10", "9", "10", "10"],
  ["=11", "9", "11", "11"],
  ["=12", "9", "12", "12"],
  ["=13", "9", "12", "13"],
  ["=14", "9", "12", "14"],
  ["=15", "9", "12", "15"],
]);

function noContext(name: string): AnswerPart<boolean>[] {
  return [
    { offered: "", answers: [[false, "", false], [true, name, true]] },
    { offered: name, answers: [[false, name, true], [true, name, true]] },
  ];
}

/** Each row: what is offered, and the value answered under 9, 12 and 15; empty: not answered, which means 15. */
function windows(
  name: string,
  rows: ReadonlyArray<readonly [offered: string, at9: string, at12: string, at15: string]>,
): AnswerPart<number>[] {
  return rows.map(([offered, ...values]) => ({
    offered: offered === "" ? "" : offered === "no value" ? name : name + offered,
    answers: values.map((value, at) => {
      const policy = [9, 12, 15][at]!;
      return value === "" ? [policy, "", 15] as const : [policy, `${name}=${value}`, Number(value)] as const;
    }),
  }));
}
