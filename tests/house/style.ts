/**
 * The rules of style that the formatter, the linter and the type checker do not know.
 *
 * @module
 */
import type { Problem } from "./problem.ts";
import type { SourceFile } from "./source_file.ts";
import { syntaxProblems, type SyntaxRule } from "./syntax.ts";

/** Lines a file may have. */
export const MAX_FILE_LINES = 400;

/** Lines a function of `lib/` may have. */
export const MAX_FUNCTION_LINES = 70;

/** Every breach of style in one file. */
export function styleProblems(file: SourceFile): readonly Problem[] {
  return [
    ...pathProblems(file),
    ...lineProblems(file),
    ...syntaxProblems(file, SYNTAX_RULES.filter(({ where }) => where.test(file.path))),
  ];
}

function pathProblems({ path, text }: SourceFile): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (line: number, what: string, remedy: string): void =>
    void problems.push({ file: path, line, what, remedy });
  const lines = text.trimEnd().split("\n").length;
  if (lines > MAX_FILE_LINES) add(MAX_FILE_LINES + 1, `has ${lines} lines, more than ${MAX_FILE_LINES}`, "split it");
  // The names of its tests say what a test file is for.
  if (!path.endsWith("_test.ts") && !text.trimStart().replace(/^#!.*\n/, "").startsWith("/**")) {
    add(1, "does not begin with a doc comment", "say its one job in the first line");
  }
  const word = /(?:^|[/_])(data|infos?|managers?|helpers?|utils?)(?=[/_.])/.exec(path)?.[1];
  if (word !== undefined) add(1, `is called "${word}"`, "name it after what it does");
  return problems;
}

interface LineRule {
  readonly pattern: RegExp;
  readonly what: string;
  readonly remedy: string;
}

const LINE_RULES: readonly LineRule[] = [
  { pattern: /\b(?:TO-?DO|FIX-?ME|X{3}|HAC-?K)\b/, what: "holds work left over", remedy: "do it, or open an issue" },
  { pattern: /deno-lint-ignore(?!.* -- \S)/, what: "silences the linter", remedy: 'say why after " -- "' },
  { pattern: /@ts-(?:ignore|nocheck)\b/, what: "silences the type checker", remedy: "make the types right" },
  { pattern: /@ts-expect-error\s*$/, what: "expects a type error", remedy: "say why behind it" },
];

function lineProblems({ path, text }: SourceFile): readonly Problem[] {
  return text.split("\n").flatMap((line, index) =>
    LINE_RULES.filter(({ pattern }) => pattern.test(line))
      .map(({ what, remedy }) => ({ file: path, line: index + 1, what, remedy }))
  );
}

interface PlacedRule extends SyntaxRule {
  /** Paths the rule holds for. */
  readonly where: RegExp;
}

const IN_TESTS = /^tests\//;
const IN_LIB = /^(?:lib\/|main\.ts$)/;
const EVERYWHERE = /(?:)/;

/** The longest wait, in milliseconds, that is not sleeping. */
const MAX_TEST_TIMER_MS = 50;

const SYNTAX_RULES: readonly PlacedRule[] = [
  {
    where: IN_TESTS,
    selector: "CallExpression",
    judge: (text, { line, lines }) => {
      const isDelay = /^(?:delay|sleep)\(/.test(text);
      const waitMs = Number(/^setTimeout\([^]*,\s*([\d_]+)\s*,?\s*\)$/.exec(text)?.[1]?.replaceAll("_", "") ?? 0);
      if (!isDelay && waitMs <= MAX_TEST_TIMER_MS) return undefined;
      // A timer that only fires when the test has already gone wrong is no sleep.
      if ([lines[line - 1], lines[line - 2]].some((near) => near?.includes("// deadline: "))) return undefined;
      return { what: "sleeps", remedy: 'wait for the event, or use a fake clock (a watchdog says "// deadline: why")' };
    },
  },
  {
    where: IN_TESTS,
    selector: "MemberExpression",
    judge: (text) =>
      /^(?:Deno\.test|Deno\.bench|describe|it|test)\.only$/.test(text)
        ? { what: "runs one test only", remedy: "take .only out" }
        : undefined,
  },
  {
    where: IN_TESTS,
    selector: "Property",
    judge: (text) => /^only:\s*true$/.test(text) ? { what: "runs one test only", remedy: "take it out" } : undefined,
  },
  {
    where: IN_LIB,
    selector: ":matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression)",
    judge: (text) => {
      const lines = text.split("\n").length;
      if (lines <= MAX_FUNCTION_LINES) return undefined;
      return { what: `has a function of ${lines} lines, more than ${MAX_FUNCTION_LINES}`, remedy: "split it" };
    },
  },
  {
    where: EVERYWHERE,
    selector: "TSEnumDeclaration",
    judge: () => ({ what: "declares an enum", remedy: "use an `as const` object" }),
  },
  {
    where: EVERYWHERE,
    selector: ":matches(PropertyDefinition, MethodDefinition)",
    judge: (text) =>
      /^(?:static |override |readonly )*(?:private|protected) (?!constructor\b)/.test(text)
        ? { what: "has a member that is private for the compiler alone", remedy: "use #private" }
        : undefined,
  },
];
