/** No requirement without a test that exists, no test of the conformance suite without a requirement. @module */
import { assert, assertEquals, assertFalse, assertGreater, assertMatch } from "@std/assert";
import { REQUIREMENTS } from "./requirements.ts";
import { hasTest } from "./test_names.ts";
import { BY } from "./tests_by_name.ts";

const TESTS = new URL("../", import.meta.url);

Deno.test("every requirement is shown by a test that exists, or says how it is kept without one", () => {
  const orphans = REQUIREMENTS.flatMap((row) => {
    if ("how" in row) return row.how.length > 20 ? [] : [`${row.id}: "${row.how}" is no reason`];
    const { file, name } = row.shownBy;
    return hasTest(sourceOf(file), name) ? [] : [`${row.id}: tests/${file} has no test "${name}"`];
  });
  assertEquals(orphans, []);
});

Deno.test("every requirement has an id of its own, by section and number, in the order of the RFC", () => {
  const ids = REQUIREMENTS.map(({ id }) => id);
  assertEquals(ids.length, new Set(ids).size);
  for (const id of ids) assertMatch(id, /^§\d+(?:\.\d+){0,2}-\d+$/);
  const ordered = ids.toSorted((a, b) => {
    const [left = [], right = []] = [a, b].map((id) => id.slice(1).split(/[.-]/).map(Number));
    const at = left.findIndex((number, i) => number !== right[i]);
    return at < 0 ? -1 : (left[at] ?? 0) - (right[at] ?? 0);
  });
  assertEquals(sectionsOf(ids), sectionsOf(ordered));
  for (const { requirement } of REQUIREMENTS) assertGreater(requirement.length, 10);
});

Deno.test("every section of RFC 6455 that binds servers or endpoints has a requirement", () => {
  const sections = sectionsOf(REQUIREMENTS.map(({ id }) => id));
  assertEquals(sections, SECTIONS_THAT_BIND);
});

Deno.test("every named test shows a requirement", () => {
  const shown = new Set(REQUIREMENTS.flatMap((row) => "shownBy" in row ? [row.shownBy] : []));
  assertEquals(Object.entries(BY).filter(([, place]) => !shown.has(place)).map(([key]) => key), []);
});

Deno.test("hasTest finds tests, steps, cases and names with holes, and nothing else", () => {
  const source = [
    'Deno.test("one thing", () => {});',
    "Deno.test({\n  name: 'says \"two\"',\n});",
    'await test.step(\n  "three", run);',
    '  "four": async (wire) => {},',
    "Deno.test(`rejects ${what} with ${code}`, () => {});",
    'const WHATS = ["a bad byte"]; const CODE = 1007;',
    "// five",
  ].join("\n");
  for (const name of ["one thing", 'says "two"', "three", "four", "rejects a bad byte with 1007"]) {
    assert(hasTest(source, name), name);
  }
  for (const name of ["one", "five", "a bad byte", "rejects a good byte with 1007", "rejects"]) {
    assertFalse(hasTest(source, name), name);
  }
});

/** Found by reading the RFC for MUST, MUST NOT and their like in lower case. */
const SECTIONS_THAT_BIND = [
  "§4.2.1",
  "§4.2.2",
  "§4.3",
  "§4.4",
  "§5.1",
  "§5.2",
  "§5.4",
  "§5.5",
  "§5.5.1",
  "§5.5.2",
  "§5.5.3",
  "§5.6",
  "§5.8",
  "§6.1",
  "§6.2",
  "§7.1.2",
  "§7.1.7",
  "§7.2.2",
  "§7.4.1",
  "§8.1",
  "§9",
  "§9.1",
  "§10.1",
  "§10.4",
  "§10.6",
  "§10.7",
  "§11.3.1",
  "§11.3.2",
  "§11.3.3",
  "§11.3.4",
  "§11.3.5",
];

const sources = new Map<string, string>();

function sourceOf(file: string): string {
  const source = sources.get(file) ?? Deno.readTextFileSync(new URL(file, TESTS));
  sources.set(file, source);
  return source;
}

function sectionsOf(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.map((id) => id.replace(/-\d+$/, "")))];
}
