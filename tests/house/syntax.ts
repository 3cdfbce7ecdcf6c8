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

/** Applies the rules to one file. */
export function syntaxProblems(file: SourceFile, rules: readonly SyntaxRule[]): readonly Problem[] {
  const lines = file.text.split("\n");
  const found = rules.map(({ selector }, index) => rangesOf(file, selector).map((range) => ({ index, range }))).flat();
  return found.flatMap(({ index, range: [start, end] }) => {
    const line = file.text.slice(0, start).split("\n").length;
    const verdict = rules[index]?.judge(file.text.slice(start, end), { line, lines });
    return verdict === undefined ? [] : [{ file: file.path, line, ...verdict }];
  });
}

function rangesOf(file: SourceFile, selector: string): ReadonlyArray<readonly [start: number, end: number]> {
  const plugin: Deno.lint.Plugin = {
    name: "house",
    rules: {
      find: {
        create: (context) => ({
          // deno-lint-ignore no-explicit-any -- the node's type follows from the selector, which is a string here
          [selector]: (node: any) => context.report({ node, message: selector }),
        }),
      },
    },
  };
  return Deno.lint.runPlugin(plugin, file.path, file.text).map(({ range }) => [range[0], range[1]] as const);
}
