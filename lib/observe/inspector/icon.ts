/**
 * The icon of the inspector's tab: the fish of the project, under a lens.
 *
 * @module
 */

/** SVG, 64 by 40. Colours are attributes, so that it needs no style sheet. */
export const ICON_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 40">' +
  '<path fill="#a82a20" d="M25 10C29 3 37 3 41 8zM30 31c2 5 6 6 9 3l-1-3z"/>' +
  '<path fill="#d8402f" d="M14 20C21 9 40 3 61 19c-1 2-3 4-5 5C38 35 21 30 14 20zM17 20 3 8c3 8 3 16 0 24z"/>' +
  '<path fill="#5f7f4c" d="M45 9c7 2 12 6 16 10-1 2-3 4-5 5-4 3-8 4-12 5 3-7 3-14 1-20z"/>' +
  '<circle cx="53" cy="16.5" r="5.5" fill="none" stroke="#7d756d" stroke-width="2"/>' +
  '<circle cx="53" cy="16.5" r="2" fill="#fff"/><circle cx="53.4" cy="16.5" r="1" fill="#1c1a19"/></svg>';
