/**
 * Stands for the page's script until it is bundled.
 *
 * @module
 */

/** The module's text. */
export const PAGE_BUNDLE = "";
