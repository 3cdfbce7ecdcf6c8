/**
 * Paths of this system as URLs, and back.
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
