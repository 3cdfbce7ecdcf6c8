/**
 * Names of tests as they stand in a source file: of `Deno.test`, of steps, and of the cases of a table.
 *
 * @module
 */

/** A string literal of any kind, as one of three groups. */
const LITERAL = String.raw`(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|${"`"}((?:[^${"`"}\\]|\\.)*)${"`"})`;

/** Where a literal names a test: a call's first argument, a `name:`, or a key of a table of cases. */
const PLACES = [
  String.raw`\b(?:Deno\.test|\.step)\(\s*${LITERAL}`,
  String.raw`\bname:\s*${LITERAL}`,
  String.raw`^\s*${LITERAL}(?::| *\()`,
].map((place) => new RegExp(place, "gm"));

/**
 * Whether a source file has a test of this name. Where the source has a template, `${…}` stands for any text, which must
 * stand somewhere in the file as well.
 */
export function hasTest(source: string, name: string): boolean {
  return PLACES.some((place) =>
    [...source.matchAll(place)].some(([, double, single, template]) => {
      if (template === undefined) return unescaped(double ?? single ?? "") === name;
      const pieces = matchTemplate(unescaped(template), name);
      return pieces?.every((piece) => source.includes(piece)) ?? false;
    })
  );
}

/** What stands in the name where the template has `${…}`; undefined when it is not of that form. */
function matchTemplate(template: string, name: string): readonly string[] | undefined {
  const fixed = template.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${fixed.join("(.+)")}$`).exec(name)?.slice(1);
}

function unescaped(literal: string): string {
  return literal.replaceAll(/\\(.)/g, "$1");
}
