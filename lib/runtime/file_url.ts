/**
 * Paths of this system as URLs and back, and one that leads nowhere.
 *
 * @module
 */

/** The URL of an absolute path. */
export function fileUrl(path: string, os: string = Deno.build.os): URL {
  const encoded = path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  // A drive letter's colon is part of the path, not of a scheme.
  return new URL(`file://${os === "windows" ? `/${encoded.replace(/^([A-Za-z])%3A/i, "$1:")}` : encoded}`);
}

/** The path of a `file:` URL, with `/`. */
export function pathOfUrl(url: URL, os: string = Deno.build.os): string {
  const path = decodeURIComponent(url.pathname);
  return os === "windows" ? path.replace(/^\/(?=[A-Za-z]:)/, "") : path;
}

/** A path that is no folder and cannot become one: for what must not keep anything on disk, whoever it is. */
export const NO_FOLDER: string = noFolder();

/** That of a system. */
export function noFolder(os: string = Deno.build.os): string {
  return os === "windows" ? "\\\\.\\NUL\\none" : "/dev/null/none";
}
