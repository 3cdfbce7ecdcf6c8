/**
 * What CHANGELOG.md says of one version, and which version the project has.
 *
 * `deno run --allow-read .ci/release_notes.ts notes 1.2.3` prints the section of that version, and exits with 1 where
 * there is none; `… version` prints the version of deno.json.
 *
 * @module
 */

/** The text below the heading of a version, up to the next one; undefined where there is no such heading. */
export function notesOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const own = sections.find((section) => section.startsWith(`[${version}]`));
  return own?.slice(own.indexOf("\n") + 1).trim();
}

if (import.meta.main) {
  const [what, version = ""] = Deno.args;
  if (what === "version") {
    console.log(JSON.parse(await Deno.readTextFile("deno.json")).version);
  } else if (what === "notes") {
    const notes = notesOf(await Deno.readTextFile("CHANGELOG.md"), version);
    if (notes === undefined || notes === "") {
      console.error(`CHANGELOG.md has nothing of ${version}: give it a heading "## [${version}] - YYYY-MM-DD"`);
      Deno.exit(1);
    }
    console.log(notes);
  } else {
    console.error("usage: deno run --allow-read .ci/release_notes.ts notes VERSION | version");
    Deno.exit(2);
  }
}
