/**
 * What every connection works by.
 *
 * @module
 */

/** So many messages of one connection are handled in one turn; the rest of its chunk waits for the others. */
export const MESSAGES_PER_TURN = 1024;

/** From this length on, a message that is sent back as it came is not copied; below, a write of its own costs more. */
export const IN_PLACE_FROM_BYTES = 4096;

/** The payload of a ping that only asks whether somebody is there. */
export const NO_PAYLOAD = new Uint8Array(0);
