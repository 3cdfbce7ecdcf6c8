/**
 * The known name that a mistyped one most likely meant, for error messages.
 *
 * @module
 */

/**
 * The candidate with the fewest edits (a character added, left out, replaced, or two neighbours swapped), if they are
 * few enough to be a slip: one in three characters of the longer name. Of equally near ones, the first. Case, `-`, `_`
 * and a leading `on` do not count.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nearestName } from "./nearest_name.ts";
 *
 * assertEquals(nearestName("--prot", ["--host", "--port"]), "--port");
 * assertEquals(nearestName("onMesage", ["open", "message"]), "message");
 * assertEquals(nearestName("colour", ["port"]), undefined);
 * ```
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  let best: string | undefined;
  let fewest = Infinity;
  for (const candidate of candidates) {
    const folded = fold(candidate);
    const most = Math.round(Math.max(wanted.length, folded.length) / 3);
    // The difference in length is the least number of edits: a name of any length is dismissed at once.
    if (Math.abs(wanted.length - folded.length) > most) continue;
    const edits = editsBetween(wanted, folded);
    if (edits <= most && edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "").replace(/^on(?=.)/, "");
}

/** Optimal string alignment distance, kept in three rows. */
function editsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let edits = Math.min(cell(last, j) + 1, cell(row, j - 1) + 1, cell(last, j - 1) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, cell(beforeLast, j - 2) + 1);
      }
      row.push(edits);
    }
    [beforeLast, last] = [last, row];
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], at: number): number {
  return row[at] ?? Infinity;
}
