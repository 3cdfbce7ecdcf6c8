/**
 * The server's protocol state of one connection: closing handshake, violations, keepalive. Synchronous and pure.
 *
 * @module
 */
export { type FrameRecord, FrameTap, type FrameTapOptions, type MessageContent } from "./frame_tap.ts";
export { Keepalive, type KeepaliveAction, type KeepaliveOptions } from "./keepalive.ts";
export { type ClosingRecord, type ProtocolEvents, type ProtocolOptions, ServerProtocol } from "./server_protocol.ts";
export { nextState, STATE, type State, type StateEvent, STATES } from "./state.ts";
export type { Inflation, TapDeflate } from "./tap_inflation.ts";
