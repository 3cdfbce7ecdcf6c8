/**
 * Which of a client's permessage-deflate offers is accepted, and what is answered. RFC 7692 §5, §7.1.
 *
 * @module
 */
import { quote } from "../http/mod.ts";
import type { ExtensionOffer, ExtensionParam } from "./extension.ts";

/** What the server wants of permessage-deflate; a client's offer can only narrow it. */
export interface DeflatePolicy {
  /** True: we compress each message on its own, also when the client did not ask for it. */
  readonly serverNoContextTakeover: boolean;
  /** True: the client must compress each message on its own. */
  readonly clientNoContextTakeover: boolean;
  /** The largest window we compress with, as a power of two: 9 to 15. */
  readonly serverMaxWindowBits: number;
  /** The largest window asked of a client that lets itself be asked, as a power of two: 9 to 15. */
  readonly clientMaxWindowBits: number;
}

/** What both sides keep to from the 101 on. */
export interface DeflateAgreement {
  /** True: we start each message with an empty window. */
  readonly serverNoContextTakeover: boolean;
  /** True: the client starts each message with an empty window, so none has to be kept for it. */
  readonly clientNoContextTakeover: boolean;
  /** The window we may compress with, as a power of two: 9 to 15. */
  readonly serverMaxWindowBits: number;
  /**
   * The window the client may compress with, as a power of two: 8 to 15. Inflate 8 with 9: a client's zlib takes 9
   * where 8 was agreed.
   */
  readonly clientMaxWindowBits: number;
  /** The value of Sec-WebSocket-Extensions in the 101. */
  readonly response: string;
}

/**
 * Negotiates permessage-deflate: the first offer that can be accepted is. Offers of other extensions are passed over,
 * and an offer that cannot be accepted is declined; neither fails the handshake.
 *
 * @param offers in the client's order of preference, from {@linkcode parseExtensions}.
 * @returns undefined when nothing can be accepted: the connection then goes on without compression.
 * @throws {RangeError} for a policy with window bits other than 9 to 15.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseExtensions } from "./extension.ts";
 * import { negotiateDeflate } from "./permessage_deflate.ts";
 *
 * const offers = parseExtensions(["permessage-deflate; client_max_window_bits; server_max_window_bits=10"]);
 * const policy = {
 *   serverNoContextTakeover: true,
 *   clientNoContextTakeover: false,
 *   serverMaxWindowBits: 15,
 *   clientMaxWindowBits: 12,
 * };
 * assertEquals(negotiateDeflate(offers, policy), {
 *   ...policy,
 *   serverMaxWindowBits: 10,
 *   response: "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=12",
 * });
 * ```
 */
export function negotiateDeflate(
  offers: readonly ExtensionOffer[],
  policy: DeflatePolicy,
): DeflateAgreement | undefined {
  checkWindowBits("serverMaxWindowBits", policy.serverMaxWindowBits);
  checkWindowBits("clientMaxWindowBits", policy.clientMaxWindowBits);
  // RFC 7692 §5: "An element preceding another element has higher preference."
  for (const offer of offers) {
    if (offer.name !== EXTENSION_NAME) continue;
    const asked = readOffer(offer.params);
    if (asked !== undefined) return agree(asked, policy);
  }
  return undefined;
}

const EXTENSION_NAME = "permessage-deflate";

/** zlib's raw deflate refuses a window of 256 bytes (8 bits), or silently takes 512 for it: we compress with 9 up. */
const MIN_WINDOW_BITS = 9;
const MAX_WINDOW_BITS = 15;

/** The parameters of an offer that can be accepted, by name; undefined for one without a value. */
type AskedParams = ReadonlyMap<string, number | undefined>;

/** RFC 7692 §7.1.2.1: "a decimal integer value without leading zeroes between 8 to 15, inclusive". */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;

/** The parameters defined for an offer, and whether what stands after the name can be accepted. */
const PARAM_RULES: ReadonlyMap<string, (value: string | undefined) => boolean> = new Map([
  // RFC 7692 §7.1.1.1: "This extension parameter has no value."
  ["server_no_context_takeover", (value) => value === undefined],
  // RFC 7692 §7.1.1.2: "This extension parameter has no value."
  ["client_no_context_takeover", (value) => value === undefined],
  // RFC 7692 §7.1.2.1: a server declines an offer with this parameter "if the server doesn't support it."
  [
    "server_max_window_bits",
    (value) => value !== undefined && WINDOW_BITS.test(value) && Number(value) >= MIN_WINDOW_BITS,
  ],
  // RFC 7692 §7.1.2.2: "This parameter has no value or a decimal integer value". 8 is fine: we only inflate it.
  ["client_max_window_bits", (value) => value === undefined || WINDOW_BITS.test(value)],
]);

/** What an offer asks for; undefined when RFC 7692 §7 has it declined. */
function readOffer(params: readonly ExtensionParam[]): AskedParams | undefined {
  const asked = new Map<string, number | undefined>();
  for (const { name, value } of params) {
    const accepts = PARAM_RULES.get(name);
    // RFC 7692 §7: "an extension parameter not defined for use in an offer."
    if (accepts === undefined) return undefined;
    // RFC 7692 §7: "multiple extension parameters with the same name."
    if (asked.has(name)) return undefined;
    // RFC 7692 §7: "an extension parameter with an invalid value", or one that we do not support.
    if (!accepts(value)) return undefined;
    asked.set(name, value === undefined ? undefined : Number(value));
  }
  return asked;
}

function agree(asked: AskedParams, policy: DeflatePolicy): DeflateAgreement {
  let response: string = EXTENSION_NAME;

  // RFC 7692 §7.1.1.1: accepted "by including" it; a server may include it unasked, too.
  const serverNoContextTakeover = policy.serverNoContextTakeover || asked.has("server_no_context_takeover");
  if (serverNoContextTakeover) response += "; server_no_context_takeover";

  // RFC 7692 §7.1.1.2: a server may include it unasked. Asked for it is only a hint: the answer makes it binding, so
  // that no window has to be kept, and some clients (gorilla/websocket) insist on it.
  const clientNoContextTakeover = policy.clientNoContextTakeover || asked.has("client_no_context_takeover");
  if (clientNoContextTakeover) response += "; client_no_context_takeover";

  // RFC 7692 §7.1.2.1: accepted by including it "with the same or smaller value as the offer"; a server may include
  // it unasked, too, which we do for less than the full window: the client can then save memory.
  const askedServerBits = asked.get("server_max_window_bits");
  const serverMaxWindowBits = Math.min(askedServerBits ?? MAX_WINDOW_BITS, policy.serverMaxWindowBits);
  if (askedServerBits !== undefined || serverMaxWindowBits < MAX_WINDOW_BITS) {
    response += `; server_max_window_bits=${serverMaxWindowBits}`;
  }

  const clientMaxWindowBits = agreedClientBits(asked, policy);
  // RFC 7692 §7.1.2.2: absence means a window of up to 32,768 bytes, which needs no words unless a number was named.
  if (clientMaxWindowBits < MAX_WINDOW_BITS || asked.get("client_max_window_bits") !== undefined) {
    response += `; client_max_window_bits=${clientMaxWindowBits}`;
  }

  return { serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits, response };
}

function agreedClientBits(asked: AskedParams, policy: DeflatePolicy): number {
  // RFC 7692 §7.1.2.2: for an offer without the parameter, the response "MUST NOT include" it: the client cannot limit
  // its window, and we take any.
  if (!asked.has("client_max_window_bits")) return MAX_WINDOW_BITS;
  // RFC 7692 §7.1.2.2: "a value equal to or smaller than the received value."
  return Math.min(asked.get("client_max_window_bits") ?? MAX_WINDOW_BITS, policy.clientMaxWindowBits);
}

function checkWindowBits(name: string, bits: number): void {
  if (Number.isInteger(bits) && bits >= MIN_WINDOW_BITS && bits <= MAX_WINDOW_BITS) return;
  throw new RangeError(
    `${name} of permessage-deflate is ${quote(String(bits))}: use ${MIN_WINDOW_BITS} to ${MAX_WINDOW_BITS}.`,
  );
}
