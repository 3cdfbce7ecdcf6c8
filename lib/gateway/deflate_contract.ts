/**
 * permessage-deflate for one connection: what is answered, how we compress and how the client does.
 *
 * @module
 */
import { type DeflateTerms, hasZlibStreams, type InflaterOptions } from "../frame/mod.ts";
import { type ExtensionOffer, negotiateDeflate } from "../handshake/mod.ts";
import type { PerMessageDeflateOptions } from "../route/mod.ts";
import { deflateSettings } from "./deflate_option.ts";

/** What both sides keep to from the 101 on. */
export interface DeflateContract {
  /** The value of Sec-WebSocket-Extensions in the 101. */
  readonly response: string;
  readonly ours: DeflateTerms;
  readonly theirs: Pick<InflaterOptions, "keepsContext" | "windowBits">;
}

/**
 * Negotiates with one client.
 *
 * @param canKeepContext false where the runtime inflates and compresses whole messages only.
 * @returns `undefined` when messages go uncompressed: it is off, or nothing acceptable was offered.
 */
export function contractOf(
  offers: readonly ExtensionOffer[],
  option: boolean | PerMessageDeflateOptions,
  canKeepContext?: boolean,
): DeflateContract | undefined {
  if (option === false || offers.length === 0) return undefined;
  const settings = deflateSettings(option);
  const mustForget = !(canKeepContext ?? hasZlibStreams());
  const agreement = negotiateDeflate(offers, {
    ...settings,
    serverNoContextTakeover: settings.serverNoContextTakeover || mustForget,
    clientNoContextTakeover: settings.clientNoContextTakeover || mustForget,
  });
  if (agreement === undefined) return undefined;
  const { level, memLevel, threshold, serverMaxWindowBits } = settings;
  return {
    response: agreement.response,
    ours: {
      parameters: { windowBits: agreement.serverMaxWindowBits, level, memLevel },
      commonWindowBits: serverMaxWindowBits,
      keepsContext: !agreement.serverNoContextTakeover,
      thresholdBytes: threshold,
    },
    theirs: { keepsContext: !agreement.clientNoContextTakeover, windowBits: agreement.clientMaxWindowBits },
  };
}
