/**
 * What a house rule finds: where, what, and what to do about it.
 *
 * @module
 */
import { AssertionError } from "@std/assert";

/** One breach of a house rule. */
export interface Problem {
  /** Relative to the project's folder, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly what: string;
  readonly remedy: string;
}

/** Fails, listing each problem as `file:line: what; remedy`. */
export function assertNoProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ file, line, what, remedy }) => `${file}:${line}: ${what}; ${remedy}`);
  throw new AssertionError(`${problems.length} to put right:\n  ${lines.join("\n  ")}`);
}
