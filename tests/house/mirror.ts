/**
 * The mirror: each file of `lib/` with code of its own has its test, and each test there has its file.
 *
 * @module
 */
import type { Problem } from "./problem.ts";
import type { SourceFile } from "./source_file.ts";
import { syntaxProblems } from "./syntax.ts";

/** Every file of `lib/` without its test, and every test in a mirrored folder without its file. */
export function mirrorProblems(lib: readonly SourceFile[], tests: readonly SourceFile[]): readonly Problem[] {
  const libPaths = new Set(lib.map(({ path }) => path));
  const testPaths = new Set(tests.map(({ path }) => path));
  const folders = new Set(lib.map(({ path }) => folderOf(testOf(path))));
  const untested = lib
    // What is drawn, a browser is shown: tests/e2e.
    .filter((file) => !/\/mod\.ts$|\.tsx$/.test(file.path) && !testPaths.has(testOf(file.path)) && hasCode(file))
    .map(({ path }) => ({ file: path, line: 1, what: "has no test", remedy: `write ${testOf(path)}` }));
  const orphans = tests
    .filter(({ path }) => path.endsWith("_test.ts") && folders.has(folderOf(path)) && !libPaths.has(fileOf(path)))
    .map(({ path }) => ({
      file: path,
      line: 1,
      what: `mirrors ${fileOf(path)}, which is not there`,
      remedy: "name it after the file it tests, or move it beside the mirror (vectors, property, suites, fault, e2e)",
    }));
  return [...untested, ...orphans];
}

/** `lib/x/y.ts` → `tests/x/y_test.ts`. */
function testOf(path: string): string {
  return path.replace(/^lib\//, "tests/").replace(/\.ts$/, "_test.ts");
}

/** `tests/x/y_test.ts` → `lib/x/y.ts`. */
function fileOf(path: string): string {
  return path.replace(/^tests\//, "lib/").replace(/_test\.ts$/, ".ts");
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** False for a file of types, or of nothing but re-exports. */
function hasCode(file: SourceFile): boolean {
  const isCode = { what: "is code", remedy: "" };
  return syntaxProblems(file, [{ selector: STATEMENTS_OF_CODE, judge: () => isCode }]).length > 0;
}

const STATEMENTS_OF_CODE =
  ":matches(VariableDeclaration, FunctionDeclaration, ClassDeclaration, ExpressionStatement, ExportDefaultDeclaration)";
