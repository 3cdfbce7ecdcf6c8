/**
 * The opening handshake, pure and synchronous: what is checked, what is answered. RFC 6455 §4.2.
 *
 * @module
 */
export { acceptKey, GUID } from "./accept_key.ts";
export { type ExtensionOffer, type ExtensionParam, parseExtensions } from "./extension.ts";
export { checkOrigin, isLoopbackAuthority, parseAllowedOrigin } from "./origin.ts";
export { type DeflateAgreement, type DeflatePolicy, negotiateDeflate } from "./permessage_deflate.ts";
export { chooseSubprotocol, parseSubprotocols } from "./subprotocol.ts";
export {
  checkUpgrade,
  encodeSwitchingProtocols,
  isWebSocketUpgrade,
  type SwitchingProtocols,
  type UpgradeOffer,
} from "./upgrade.ts";
