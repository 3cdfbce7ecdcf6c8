/**
 * What a terminal shows of what was written to it: the little of one that readline asks for.
 *
 * @module
 */

const ESC = "\x1b";
/** A sequence that begins with ESC [, or one character. */
const PIECE = new RegExp(`${ESC}\\[([\\d;]*)([A-Za-z])|[^]`, "gu");

/**
 * The lines, without what is erased and without colours. As wide as need be.
 *
 * @throws {Error} for what this terminal does not know.
 */
export function screenOf(written: string): string[] {
  const lines = [""];
  let column = 0;
  for (const [piece, argument = "", command] of written.matchAll(PIECE)) {
    const line = lines.at(-1)!;
    if (piece === "\r") column = 0;
    else if (piece === "\n") {
      lines.push("");
      column = 0;
    } else if (command === undefined) {
      lines[lines.length - 1] = line.slice(0, column).padEnd(column) + piece + line.slice(column + piece.length);
      column += piece.length;
    } else if (command === "G") column = Number(argument) - 1;
    else if (command === "J" && Number(argument) === 0) lines[lines.length - 1] = line.slice(0, column);
    else if (command !== "m") throw new Error(`a sequence that is not known here: ${JSON.stringify(piece)}`);
  }
  return lines;
}
