/**
 * The project's own source files, for the tests that look at all of them.
 *
 * @module
 */

/** One file. */
export interface SourceFile {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The project's folder. */
export const PROJECT = new URL("../../", import.meta.url);

/** Folders that hold code of the project. */
export const SOURCE_FOLDERS = ["lib", "routes", "tests", "examples", ".ci", ".github"] as const;

/** All TypeScript files in these folders (those that exist) and `main.ts`, by path. */
export function sourceFiles(folders: readonly string[] = SOURCE_FOLDERS): readonly SourceFile[] {
  const paths = folders.flatMap((folder) => [...pathsIn(folder)]);
  if (exists("main.ts")) paths.push("main.ts");
  return paths.sort().map((path) => ({ path, text: Deno.readTextFileSync(new URL(path, PROJECT)) }));
}

/** Folders that are made, or belong to others. */
const NOT_OURS: readonly string[] = ["node_modules", "dist", "coverage"];

function* pathsIn(folder: string): Generator<string> {
  if (!exists(folder)) return;
  for (const entry of Deno.readDirSync(new URL(`${folder}/`, PROJECT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && !NOT_OURS.includes(entry.name)) yield* pathsIn(path);
    else if (entry.isFile && /\.tsx?$/.test(path)) yield path;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(new URL(path, PROJECT));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
