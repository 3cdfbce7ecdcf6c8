/**
 * Which packages of npm went into the bundle, and in which versions.
 *
 * @module
 */
import { ImageError } from "./image_error.ts";

/** A package of npm. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** As its author gives it: an SPDX expression, nearly always. */
  readonly license: string | undefined;
  /** SHA-512 of what was fetched, in hexadecimal; undefined where no lock file knows it. */
  readonly sha512: string | undefined;
}

/** Folder of the innermost package that a file is of. */
const PACKAGE_FOLDER = /^.*(?:^|[/\\])node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\@.][^/\\]*(?=[/\\])/;

/**
 * The packages whose files were bundled: fewer than are installed.
 *
 * @param sources paths of files.
 * @param lockText the text of deno.lock, where there is one.
 * @throws {ImageError} when a package does not say what it is.
 */
export async function bundledPackages(
  sources: readonly string[],
  lockText: string | undefined,
): Promise<readonly NpmPackage[]> {
  const hashes = lockedHashes(lockText);
  const folders = new Set(sources.flatMap((path) => PACKAGE_FOLDER.exec(path)?.[0] ?? []));
  const packages = new Map<string, NpmPackage>();
  for (const folder of folders) {
    const { name, version, license } = await packageFacts(`${folder}/package.json`);
    const key = `${name}@${version}`;
    packages.set(key, { name, version, license, sha512: hashes.get(key) });
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
}

async function packageFacts(path: string): Promise<Pick<NpmPackage, "name" | "version" | "license">> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    throw new ImageError(`${path} cannot be read, so what is bundled cannot be listed`, { cause: error });
  });
  const { name, version, license } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof version !== "string") {
    throw new ImageError(`${path} has no name and version, so what is bundled cannot be listed`);
  }
  return { name, version, license: typeof license === "string" ? license : undefined };
}

/** `name@version` → SHA-512 in hexadecimal. */
function lockedHashes(lockText: string | undefined): ReadonlyMap<string, string> {
  if (lockText === undefined) return new Map();
  const { npm = {} } = JSON.parse(lockText) as { npm?: Readonly<Record<string, { readonly integrity?: string }>> };
  return new Map(
    Object.entries(npm).flatMap(([key, { integrity }]) => {
      if (!integrity?.startsWith("sha512-")) return [];
      // Behind "_" stand the peers it was resolved with.
      return [[key.replace(/(?<=.@[^_]*)_.*$/, ""), Uint8Array.fromBase64(integrity.slice(7)).toHex()] as const];
    }),
  );
}
