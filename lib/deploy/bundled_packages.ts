/**
 * Which packages of npm went into the bundle, in which versions, and under which licences.
 *
 * @module
 */
import { fileUrl, pathOfUrl } from "../runtime/mod.ts";
import { BundleError } from "./bundle.ts";

/** A package of npm. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** As its author gives it: an SPDX expression, nearly always. */
  readonly license: string | undefined;
  /** SHA-512 of what was fetched, in hexadecimal; undefined where no lock file knows it. */
  readonly sha512: string | undefined;
  /** Its own licence files, one after the other; undefined where it has none. */
  readonly licenseText: string | undefined;
  /** Where its sources are, as it says. */
  readonly repository: string | undefined;
}

/** Scripts of pages, which were bundled before and are committed, and the packages that are in them. */
export const BUNDLED_BEFORE: Readonly<Record<string, readonly string[]>> = {
  "lib/observe/inspector/page_bundle.ts": ["preact"],
  "routes/_compare/bundle.ts": ["preact", "uplot"],
};

/** Where the server's own sources are, with a slash at its end. */
const PROJECT = pathOfUrl(new URL("../../", import.meta.url));

/** Folder of the innermost package that a file is of. */
const PACKAGE_FOLDER = /^.*(?:^|[/\\])node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\@.][^/\\]*(?=[/\\])/;

/** What authors call the file with their licence, and with what else it has to be passed on. */
const LICENSE_FILE = /^(?:un)?(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * The packages whose files were bundled: fewer than are installed.
 *
 * @param sources paths of files.
 * @param lockText the text of deno.lock, where there is one.
 * @throws {BundleError} when a package does not say what it is.
 */
export async function bundledPackages(
  sources: readonly string[],
  lockText: string | undefined,
): Promise<readonly NpmPackage[]> {
  const hashes = lockedHashes(lockText);
  const packages = new Map<string, NpmPackage>();
  for (const folder of new Set(sources.flatMap(foldersOf))) {
    const facts = await packageFacts(`${folder}/package.json`);
    const key = `${facts.name}@${facts.version}`;
    packages.set(key, { ...facts, sha512: hashes.get(key), licenseText: await licenseTextOf(folder) });
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
}

/** Folders of the packages that a file is of, or has in it. */
function foldersOf(path: string): readonly string[] {
  const own = PACKAGE_FOLDER.exec(path)?.[0];
  if (own !== undefined) return [own];
  const before = Object.keys(BUNDLED_BEFORE).find((name) => PROJECT + name === absolute(path));
  return before === undefined ? [] : BUNDLED_BEFORE[before]!.map((name) => `${PROJECT}node_modules/${name}`);
}

/** As esbuild names them: by the way from the working directory, with `/` on every system. */
function absolute(path: string): string {
  return pathOfUrl(fileUrl(/^(?:[A-Za-z]:)?[/\\]/.test(path) ? path : `${Deno.cwd()}/${path}`));
}

async function packageFacts(path: string): Promise<Omit<NpmPackage, "sha512" | "licenseText">> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    throw new BundleError(`${path} cannot be read, so what is bundled cannot be listed`, { cause: error });
  });
  const { name, version, license, repository } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof version !== "string") {
    throw new BundleError(`${path} has no name and version, so what is bundled cannot be listed`);
  }
  const place = typeof repository === "object" && repository !== null && "url" in repository
    ? repository.url
    : repository;
  return { name, version, license: textOf(license), repository: textOf(place) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function licenseTextOf(folder: string): Promise<string | undefined> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory && LICENSE_FILE.test(name)) names.push(name);
  }
  const texts = await Promise.all(names.sort().map((name) => Deno.readTextFile(`${folder}/${name}`)));
  return texts.length === 0 ? undefined : texts.map((text) => text.replaceAll("\r\n", "\n").trim()).join("\n\n");
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
