/**
 * What a socket's `readyState` says, in the words of `WebSocket`.
 *
 * @module
 */

/** Not open yet. */
export const CONNECTING = 0;
/** Messages go both ways. */
export const OPEN = 1;
/** The closing handshake has begun. */
export const CLOSING = 2;
/** It is over. */
export const CLOSED = 3;
