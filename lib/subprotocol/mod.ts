/**
 * `sockeye.v1`: what our client and the server say to each other over one WebSocket. docs/PROTOCOL.md specifies it.
 *
 * @module
 */
export { isToken, tokenOf } from "./handshake_token.ts";
export type { RefusalCode, ServerHeader } from "./server_header.ts";
export type { Member, Position, PresenceEvent, Subscribed, SubscribeOptions } from "./topic_types.ts";
export { SERVER_MESSAGES } from "./server_messages.ts";
export {
  APPLICATION_HEADER,
  type ClientHeader,
  type ClientSubscribe,
  headerEnd,
  HeaderError,
  readClientHeader,
  SUBPROTOCOL,
  TOKEN_PREFIX,
} from "./v1.ts";
export { withHeader } from "./with_header.ts";
