import { assert, assertEquals } from "@std/assert";
import { notesOf } from "../../.ci/release_notes.ts";
import { PROJECT } from "./source_file.ts";

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- Soon.

## [1.2.3] - 2026-11-29

### Added

- This.

## [1.2.2] - 2026-11-01

- That.
`;

Deno.test("notesOf takes the section of a version, and of no other", () => {
  assertEquals(notesOf(CHANGELOG, "1.2.3"), "### Added\n\n- This.");
  assertEquals(notesOf(CHANGELOG, "1.2.2"), "- That.");
  assertEquals([notesOf(CHANGELOG, "1.2"), notesOf(CHANGELOG, "9.9.9")], [undefined, undefined]);
});

Deno.test("what is not released yet stands under a heading of its own", () => {
  const notes = notesOf(Deno.readTextFileSync(new URL("CHANGELOG.md", PROJECT)), "Unreleased");
  assert(notes !== undefined && notes.length > 0);
});
