/**
 * Which rows of a long list are on the screen.
 *
 * @module
 */

/** What the list is like. */
export interface ListView {
  readonly count: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly height: number;
}

/** Rows beyond the edge, so that a scroll finds something there. */
const EXTRA_ROWS = 6;

/** The first row that is to be there, and the one behind the last. */
export function windowRows({ count, rowHeight, scrollTop, height }: ListView): readonly [start: number, end: number] {
  const start = Math.max(0, Math.floor(scrollTop / rowHeight) - EXTRA_ROWS);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + EXTRA_ROWS);
  return [Math.min(start, end), end];
}

/** Where to scroll so that a row is on the screen; where it is already, if it is. */
export function scrollTo(row: number, { rowHeight, scrollTop, height }: ListView): number {
  if (row * rowHeight < scrollTop) return row * rowHeight;
  const bottom = (row + 1) * rowHeight - height;
  return Math.max(scrollTop, bottom);
}
