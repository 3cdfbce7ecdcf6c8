/**
 * Looks for nodes in the syntax tree of a source file, so that comments and strings never count.
 *
 * @module
 */
import type { Problem } from "./problem.ts";
import type { SourceFile } from "./source_file.ts";

/** What a rule says of one node: nothing, or what is wrong and what to do. */
export type Verdict = Pick<Problem, "what" | "remedy"> | undefined;

/** One rule: a selector of nodes (as ESLint has them), and what it says of each node's source text. */
export interface SyntaxRule {
  readonly selector: string;
  readonly judge: (nodeText: string, site: { readonly line: number; readonly lines: readonly string[] }) => Verdict;
}

/** Applies the rules to one file, which is parsed once for all of them. */
export function syntaxProblems(file: SourceFile, rules: readonly SyntaxRule[]): readonly Problem[] {
  if (rules.length === 0) return [];
  const lines = file.text.split("\n");
  const lineOf = lineFinder(lines);
  const plugin: Deno.lint.Plugin = {
    name: "house",
    rules: Object.fromEntries(rules.map(({ selector }, index) => [index, finder(selector)])),
  };
  const found = Deno.lint.runPlugin(plugin, file.path, file.text)
    .map(({ id, range: [start, end] }) => ({ index: Number(id.slice("house/".length)), start, end }))
    .sort((a, b) => a.index - b.index);
  return found.flatMap(({ index, start, end }) => {
    const line = lineOf(start);
    const verdict = rules[index]?.judge(file.text.slice(start, end), { line, lines });
    return verdict === undefined ? [] : [{ file: file.path, line, ...verdict }];
  });
}

/** Reports every node that the selector finds. */
function finder(selector: string): Deno.lint.Rule {
  return {
    create: (context) => ({
      // deno-lint-ignore no-explicit-any -- the node's type follows from the selector, which is a string here
      [selector]: (node: any) => context.report({ node, message: selector }),
    }),
  };
}

/** Tells in which line, from 1, an offset lies. */
function lineFinder(lines: readonly string[]): (at: number) => number {
  let next = 0;
  const starts = lines.map(({ length }) => (next += length + 1) - length - 1);
  return (at) => {
    let low = 0;
    for (let high = starts.length; low < high;) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
