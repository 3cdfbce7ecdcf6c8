/**
 * The style sheet of the inspector.
 *
 * @module
 */

/** The sheet. */
export const PAGE_CSS = "";
