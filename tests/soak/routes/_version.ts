/**
 * Which version of the code this is: another number in each deployment of a soak.
 *
 * @module
 */
export const VERSION = 0;
