/** `tests/` mirrors `lib/`, and the check of that can fail. @module */
import { assertEquals } from "@std/assert";
import { mirrorProblems } from "./mirror.ts";
import { assertNoProblems } from "./problem.ts";
import { type SourceFile, sourceFiles } from "./source_file.ts";

Deno.test("each file of lib/ with code of its own has its test, and each test there has its file", () => {
  const lib = sourceFiles(["lib"]).filter(({ path }) => path !== "main.ts");
  assertNoProblems(mirrorProblems(lib, sourceFiles(["tests"])));
});

const CODE = "export const one = 1;\n";
const file = (path: string, text = CODE): SourceFile => ({ path, text });

function found(lib: readonly SourceFile[], tests: readonly SourceFile[]): readonly string[] {
  return mirrorProblems(lib, tests).map((problem) => problem.file);
}

Deno.test("mirrorProblems names a file of lib/ without a test, and what to write", () => {
  const [problem] = mirrorProblems([file("lib/x/y.ts")], []);
  assertEquals([problem?.file, problem?.remedy], ["lib/x/y.ts", "write tests/x/y_test.ts"]);
  assertEquals(found([file("lib/x/y.ts")], [file("tests/x/y_test.ts")]), []);
});

Deno.test("mirrorProblems wants no test of mod.ts, of types alone and of re-exports alone", () => {
  assertEquals(found([file("lib/x/mod.ts")], []), []);
  assertEquals(found([file("lib/x/y.ts", "export interface Y { readonly z: number }\nexport type Z = Y;\n")], []), []);
  assertEquals(found([file("lib/x/y.ts", 'export { z } from "./z.ts";\nexport type { Z } from "./z.ts";\n')], []), []);
});

Deno.test("mirrorProblems wants a test of a function, a class, a constant, a default and a side effect", () => {
  for (
    const text of [
      "export function f() {}",
      "export class C {}",
      "const c = 1;",
      "export default { a: 1 };",
      "start();",
    ]
  ) assertEquals(found([file("lib/x/y.ts", text)], []), ["lib/x/y.ts"]);
});

Deno.test("mirrorProblems names a test whose file is gone, in mirrored folders only", () => {
  const lib = [file("lib/x/y.ts")];
  const tests = [file("tests/x/y_test.ts"), file("tests/x/gone_test.ts"), file("tests/e2e/page_test.ts")];
  assertEquals(found(lib, tests), ["tests/x/gone_test.ts"]);
});

Deno.test("mirrorProblems leaves fixtures in a mirrored folder alone", () => {
  assertEquals(found([file("lib/x/y.ts")], [file("tests/x/y_test.ts"), file("tests/x/fake_clock.ts")]), []);
});
