/**
 * The same modules once more: what has been imported stays in the module cache for good, so changed files are imported
 * under another URL, they and everything of the project that they import.
 *
 * @module
 */
import { registerHooks } from "node:module";

/** Search parameter of a module's URL. */
const VERSION = "v";

/** It, where it stands in a text. */
const VERSION_MARK = /(?<=\.[cm]?[jt]sx?)\?v=\d+/g;

/** The server's own modules are there once: `instanceof` must hold across versions of the code that uses them. */
const OWN = new URL("../", import.meta.url).href;

/** The local files that were imported under a version, as URLs without it. */
const imported = new Set<string>();

let isHooked = false;

/**
 * The URL under which a module, and all local modules that it imports, are imported anew for each version.
 *
 * Modules of packages and of the server itself are not imported again.
 *
 * @example
 * ```ts ignore
 * const routes = await import(versionedUrl(new URL("file:///app/routes/echo.ts"), "2"));
 * ```
 */
export function versionedUrl(url: URL, version: string): string {
  hook();
  return marked(url.href, version);
}

/** Paths of the local files that some version has imported. */
export function importedFiles(): ReadonlySet<string> {
  return imported;
}

/** A message or a stack without what nobody has to read: `a.ts?v=2:3:1` is `a.ts:3:1`. */
export function withoutVersions(text: string): string {
  return text.replaceAll(VERSION_MARK, "");
}

function marked(href: string, version: string): string {
  const url = new URL(href);
  imported.add(url.href);
  url.searchParams.set(VERSION, version);
  return url.href;
}

function hook(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const version = versionOf(context.parentURL);
      return version === undefined || !isOfProject(found.url) ? found : { ...found, url: marked(found.url, version) };
    },
  });
}

function versionOf(parent: string | undefined): string | undefined {
  if (parent === undefined || !parent.startsWith("file:")) return undefined;
  return new URL(parent).searchParams.get(VERSION) ?? undefined;
}

function isOfProject(url: string): boolean {
  return url.startsWith("file:") && !url.startsWith(OWN) && !url.includes("/node_modules/") && !url.includes("?");
}
