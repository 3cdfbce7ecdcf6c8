/**
 * The corpus: inputs to begin with, and one for every bug that was found. Hexadecimal; `#` begins a comment.
 *
 * @module
 */
const FOLDER = new URL("./corpus/", import.meta.url);

/** The inputs of one target: all files `corpus/<target>-*.hex`, in the order of their names. */
export function readCorpus(target: string): readonly Uint8Array[] {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name);
  const files = names.filter((name) => name.startsWith(`${target}-`) && name.endsWith(".hex")).sort();
  if (files.length === 0) {
    throw new Error(`There is no ${target}-*.hex in tests/fuzz/corpus: add one input to begin with`);
  }
  return files.map((name) => parseHex(name, Deno.readTextFileSync(new URL(name, FOLDER))));
}

function parseHex(name: string, text: string): Uint8Array {
  const hex = text.replace(/#.*$/gm, "").replace(/\s+/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(hex)) {
    throw new SyntaxError(`tests/fuzz/corpus/${name} holds more than pairs of hexadecimal digits`);
  }
  return Uint8Array.fromHex(hex);
}
