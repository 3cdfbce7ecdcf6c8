/**
 * What an image needs beside deno and the bundle: libraries, a user, certificates, and what finding names takes.
 *
 * @module
 */
import { type Architecture, ARCHITECTURES } from "./architecture.ts";
import type { DebianPackage } from "./debian_package.ts";
import { elfNeeds } from "./elf.ts";
import { ImageError } from "./image_error.ts";
import type { ImageFile } from "./layer.ts";
import { STATE_FOLDER } from "./start_command.ts";

/** Packages that files are taken from. */
export const SYSTEM_PACKAGES = ["base-files", "ca-certificates", "libc6", "libgcc-s1"] as const;

/** Who runs the server, by number: a cluster that insists on `runAsNonRoot` cannot see what a name stands for. */
export const USER_ID = 65_532;

/** Where programs look for the certificates to trust. */
const CERTIFICATES = "etc/ssl/certs/ca-certificates.crt";

/** The C library opens these by name, and older ones have them apart. */
const NAME_SERVICES = ["libnss_dns.so.2", "libnss_files.so.2"];

const TEXTS: Readonly<Record<string, string>> = {
  "etc/group": `root:x:0:\nsockeye:x:${USER_ID}:\n`,
  // Engines put in their own; without one there still is localhost.
  "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\n" +
    `sockeye:x:${USER_ID}:${USER_ID}:sockeye:${STATE_FOLDER}:/sbin/nologin\n`,
};

/**
 * The files of the lowest layer.
 *
 * @throws {ImageError} when the packages do not have what the program needs.
 */
export function systemFiles(
  architecture: Architecture,
  program: Uint8Array<ArrayBuffer>,
  packages: readonly DebianPackage[],
): readonly ImageFile[] {
  const needs = elfNeeds(program, "deno");
  const libraries = librariesOf(architecture, needs.libraries, packages);
  const files: ImageFile[] = [
    ...Object.entries(TEXTS).map(([path, text]) => ({ path, content: encoded(text) })),
    { path: CERTIFICATES, content: certificates(packages) },
    { path: "lib", content: { link: "usr/lib" } },
    { path: STATE_FOLDER.slice(1), content: "folder", mode: 0o700, owner: USER_ID },
    { path: "tmp", content: "folder", mode: 0o1777 },
    ...[...libraries].map(([path, content]) => ({ path, content, mode: 0o755 })),
    ...loaderFiles(needs.interpreter, libraries),
    ...records(packages),
  ];
  return files;
}

/** Names of the packages that hold the copyright notices of others, which link to them: GCC's libraries have one. */
export function noticePackages(packages: readonly DebianPackage[]): readonly string[] {
  const names = packages.flatMap(({ name, files }) => {
    const notices = files.get(`usr/share/doc/${name}`);
    return notices !== undefined && "link" in notices ? [notices.link] : [];
  });
  return [...new Set(names)].filter((name) => packages.every((one) => one.name !== name)).sort();
}

/** Path and bytes of every library that is needed, and of those that these need. */
function librariesOf(
  architecture: Architecture,
  roots: readonly string[],
  packages: readonly DebianPackage[],
): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  const seen = new Set<string>();
  const waiting = [...roots, ...NAME_SERVICES];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const library = findLibrary(name, packages);
    if (library === undefined) {
      if (NAME_SERVICES.includes(name)) continue;
      throw new ImageError(`deno needs ${name}, which is in none of ${packages.map(({ name }) => name).join(", ")}`);
    }
    const { machine, libraries } = elfNeeds(library.bytes, name);
    if (machine !== ARCHITECTURES[architecture].elfMachine) {
      throw new ImageError(`${name} is not for ${architecture}: fetch the packages again with --refresh`);
    }
    found.set(library.path, library.bytes);
    waiting.push(...libraries);
  }
  return found;
}

/** Its place in the image, and its bytes, through whatever links lead to them. */
function findLibrary(
  name: string,
  packages: readonly DebianPackage[],
): { readonly path: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined {
  for (const { files } of packages) {
    for (const [path, own] of files) {
      if (!/^(?:usr\/)?lib/.test(path) || !path.endsWith(`/${name}`)) continue;
      const folder = path.slice(0, path.lastIndexOf("/"));
      const content = "link" in own ? files.get(`${folder}/${own.link}`) : own;
      if (content instanceof Uint8Array) return { path: merged(path), bytes: content };
    }
  }
  return undefined;
}

/** The kernel starts the loader by one fixed path: it must be there, as a link where the library is elsewhere. */
function loaderFiles(
  interpreter: string | undefined,
  libraries: ReadonlyMap<string, unknown>,
): readonly ImageFile[] {
  if (interpreter === undefined) throw new ImageError("deno names no loader: it is no program for Linux with glibc");
  const path = merged(interpreter.slice(1));
  const name = path.slice(path.lastIndexOf("/"));
  const top = interpreter.slice(1, interpreter.indexOf("/", 1));
  const folder = top === "lib" || top === "usr" ? [] : [{ path: top, content: { link: `usr/${top}` } }];
  if (libraries.has(path)) return folder;
  const home = [...libraries.keys()].find((library) => library.endsWith(name));
  if (home === undefined) throw new ImageError(`deno is started by ${interpreter}, which is in no package`);
  // Relative, so that it leads to the same file where the image is unpacked into a folder.
  const up = "../".repeat(path.split("/").length - 1);
  return [...folder, { path, content: { link: up + home } }];
}

/** `lib` and `lib64` are links into `usr`, as they are in Debian. */
function merged(path: string): string {
  return path.startsWith("usr/") ? path : `usr/${path}`;
}

/** All certificates that Mozilla trusts, one after the other, as `update-ca-certificates` does it. */
function certificates(packages: readonly DebianPackage[]): Uint8Array<ArrayBuffer> {
  const texts = packages.flatMap(({ files }) => [...files])
    .filter(([path]) => /^usr\/share\/ca-certificates\/.*\.crt$/.test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, content]) => new TextDecoder().decode(content as Uint8Array).trimEnd() + "\n");
  if (texts.length === 0) throw new ImageError("no package holds certificates: ca-certificates should");
  return encoded(texts.join(""));
}

/** What says which packages these files are of: to scanners, and to who asks for the licences. */
function records(packages: readonly DebianPackage[]): readonly ImageFile[] {
  const files = packages.flatMap(({ name, control, files }): ImageFile[] => {
    const copyright = files.get(`usr/share/doc/${name}/copyright`);
    const notices = files.get(`usr/share/doc/${name}`);
    return [
      { path: `var/lib/dpkg/status.d/${name}`, content: encoded(control) },
      ...(notices !== undefined && "link" in notices ? [{ path: `usr/share/doc/${name}`, content: notices }] : []),
      ...(copyright instanceof Uint8Array ? [{ path: `usr/share/doc/${name}/copyright`, content: copyright }] : []),
    ];
  });
  const release = packages.map(({ files }) => files.get("usr/lib/os-release")).find((own) => own !== undefined);
  if (!(release instanceof Uint8Array)) throw new ImageError("no package holds usr/lib/os-release: base-files should");
  return [
    ...files,
    ...commonLicenses(packages),
    { path: "usr/lib/os-release", content: release },
    { path: "etc/os-release", content: { link: "../usr/lib/os-release" } },
  ];
}

/** The texts that copyright notices of Debian's packages point to. */
function commonLicenses(packages: readonly DebianPackage[]): readonly ImageFile[] {
  return packages.flatMap(({ files }) => [...files]).filter(([path]) => path.startsWith("usr/share/common-licenses/"))
    .map(([path, content]) => ({ path, content }));
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
