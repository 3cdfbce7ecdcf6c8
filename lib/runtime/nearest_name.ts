/**
 * The known name somebody probably meant, for error messages.
 *
 * @module
 */

/** More slips than this, and the guess would be a riddle. */
const MAX_SLIPS = 3;

/**
 * The known name nearest to a wrong one, or undefined when none is near: at most three letters off, and fewer than half
 * of its length. Case and a leading `on` do not count.
 *
 * @example
 * ```ts
 * import { nearestName } from "./nearest_name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearestName("mesage", ["open", "message"]), "message");
 * assertEquals(nearestName("onOpen", ["open", "message"]), "open");
 * assertEquals(nearestName("banana", ["open", "message"]), undefined);
 * ```
 */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  const spoken = bare(wrong);
  let nearest: string | undefined;
  let fewest = MAX_SLIPS + 1;
  for (const name of known) {
    const slips = distance(spoken, bare(name));
    if (slips < fewest && slips * 2 < name.length) [nearest, fewest] = [name, slips];
  }
  return nearest;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/^on(?=.)/, "");
}

/** Levenshtein's distance, row by row. A name much too long is far from everything: its letters are not looked at. */
function distance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > MAX_SLIPS) return Infinity;
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[to.length] ?? Infinity;
}
