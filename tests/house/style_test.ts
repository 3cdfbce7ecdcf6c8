/** The house style holds in every file, and each of its rules can fail. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertNoProblems } from "./problem.ts";
import { sourceFiles } from "./source_file.ts";
import { MAX_FILE_LINES, MAX_FUNCTION_LINES, styleProblems } from "./style.ts";

Deno.test("every source file keeps the house style", () => {
  assertNoProblems(sourceFiles().flatMap(styleProblems));
});

const HEAD = "/** One job. */\n";
// Put together from two parts, so that this file holds none of the marks.
const mark = (start: string, end: string): string => `// ${start}${end}: later\n`;

const BREACHES: ReadonlyArray<readonly [rule: string, path: string, text: string, line: number, what: string]> = [
  ["a file without a doc comment", "lib/x/y.ts", "const a = 1;\n", 1, "doc comment"],
  ["a file that is too long", "lib/x/y.ts", HEAD + "\n".repeat(MAX_FILE_LINES) + "f();\n", 401, "402 lines"],
  ["a file called helpers", "lib/x/test_helpers.ts", HEAD, 1, '"helpers"'],
  ["a file called data", "tests/data.ts", HEAD, 1, '"data"'],
  ["a folder called utils", "lib/utils/x.ts", HEAD, 1, '"utils"'],
  ["work left over", "lib/x/y.ts", HEAD + mark("TO", "DO"), 2, "left over"],
  ["work to put right", "lib/x/y.ts", HEAD + mark("FIX", "ME"), 2, "left over"],
  ["a silenced linter without a reason", "lib/x/y.ts", HEAD + mark("deno-lint-", "ignore no-x"), 2, "silences"],
  ["a silenced type checker", "lib/x/y.ts", HEAD + mark("@ts-", "ignore"), 2, "type checker"],
  ["an enum", "lib/x/y.ts", HEAD + "export enum E { A }\n", 2, "enum"],
  ["a member private by keyword", "lib/x/y.ts", HEAD + "class C {\n  private a = 1;\n}\n", 3, "#private"],
  ["a test that sleeps by timer", "tests/x/y_test.ts", HEAD + "setTimeout(() => {\n  f();\n}, 1_000);\n", 2, "sleeps"],
  [
    "a test that sleeps by promise",
    "tests/x/y_test.ts",
    HEAD + "\nnew Promise((r) => setTimeout(r, 200));\n",
    3,
    "sleeps",
  ],
  ["a test that sleeps by delay", "tests/x/y_test.ts", HEAD + "await delay(5);\n", 2, "sleeps"],
  ["one test only", "tests/x/y_test.ts", HEAD + 'Deno.test.only("x", () => {});\n', 2, "one test only"],
  [
    "one test only, by option",
    "tests/x/y_test.ts",
    HEAD + "Deno.test({ name, fn, only: true });\n",
    2,
    "one test only",
  ],
  [
    "a function that is too long",
    "lib/x/y.ts",
    `${HEAD}export function f() {\n${"  g();\n".repeat(MAX_FUNCTION_LINES)}}\n`,
    2,
    "function of 72 lines",
  ],
];

for (const [rule, path, text, line, what] of BREACHES) {
  Deno.test(`styleProblems finds ${rule}`, () => {
    const found = styleProblems({ path, text });
    assertEquals(found.length, 1);
    assertEquals([found[0]?.file, found[0]?.line], [path, line]);
    assertStringIncludes(`${found[0]?.what}; ${found[0]?.remedy}`, what);
  });
}

const KEPT: ReadonlyArray<readonly [rule: string, path: string, text: string]> = [
  ["a test file without a doc comment", "tests/x/y_test.ts", "f();\n"],
  ["a short timer in a test", "tests/x/y_test.ts", HEAD + "setTimeout(f, 0);\n"],
  [
    "a watchdog that says so",
    "tests/x/y_test.ts",
    HEAD + "// deadline: the peer never answers\nsetTimeout(f, 5000);\n",
  ],
  ["a timer in lib/", "lib/x/y.ts", HEAD + "setTimeout(f, 5000);\n"],
  [
    "a silenced linter with a reason",
    "lib/x/y.ts",
    HEAD + mark("deno-lint-", "ignore no-x -- it must").replace(": later", ""),
  ],
  ["a word that only contains a forbidden one", "lib/x/metadata_information.ts", HEAD],
  ["a constructor that only the class may call", "lib/x/y.ts", HEAD + "class C {\n  private constructor() {}\n}\n"],
  ["a word in a string", "lib/x/y.ts", HEAD + 'const text = "private a = 1; enum E {}";\n'],
];

for (const [rule, path, text] of KEPT) {
  Deno.test(`styleProblems allows ${rule}`, () => {
    assertEquals(styleProblems({ path, text }), []);
  });
}
