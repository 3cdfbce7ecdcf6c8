/**
 * Small stand-ins for what an image is made of: programs that are nothing but headers, and packages of few files.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import type { Architecture } from "../../../lib/deploy/image/architecture.ts";
import type { DebianPackage } from "../../../lib/deploy/image/debian_package.ts";
import type { DenoPackage } from "../../../lib/deploy/image/deno_package.ts";

/** What an ELF file is to say of itself. */
export interface MadeElf {
  /** Default: 62, x86-64. */
  readonly machine?: number;
  readonly interpreter?: string;
  readonly libraries?: readonly string[];
}

/** Where the file is in memory, so that addresses are no offsets. */
const BASE = 0x40_0000;

/** Headers of a 64-bit little-endian ELF file, and what they point to. */
export function madeElf({ machine = 62, interpreter, libraries = [] }: MadeElf): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(2048);
  const view = new DataView(file.buffer);
  const word = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, machine, true);
  word(32, 64);
  view.setUint16(54, 56, true);
  view.setUint16(56, interpreter === undefined ? 2 : 3, true);
  const segment = (index: number, kind: number, offset: number, bytes: number) => {
    const at = 64 + index * 56;
    view.setUint32(at, kind, true);
    word(at + 8, offset);
    word(at + 16, BASE + offset);
    word(at + 32, bytes);
  };
  const text = (at: number, value: string) => file.set(new TextEncoder().encode(`${value}\0`), at);
  segment(0, 1, 0, file.length);
  segment(1, 2, 512, 512);
  if (interpreter !== undefined) {
    segment(2, 3, 256, interpreter.length + 1);
    text(256, interpreter);
  }
  let entry = 512;
  const dynamic = (kind: number, value: number) => {
    word(entry, kind);
    word(entry + 8, value);
    entry += 16;
  };
  let name = 1;
  for (const library of libraries) {
    dynamic(1, name);
    text(1024 + name, library);
    name += library.length + 1;
  }
  dynamic(5, BASE + 1024);
  dynamic(0, 0);
  return file;
}

/** Folder of libraries and path of the loader, for each architecture. */
export const PLACES = {
  amd64: { machine: 62, folder: "lib/x86_64-linux-gnu", loader: "/lib64/ld-linux-x86-64.so.2" },
  arm64: { machine: 183, folder: "lib/aarch64-linux-gnu", loader: "/lib/ld-linux-aarch64.so.1" },
} as const;

const LICENSE = new TextEncoder().encode("you may");

/** Deno, which needs the C library. */
export function madeDeno(architecture: Architecture): DenoPackage {
  const { machine, loader } = PLACES[architecture];
  const program = madeElf({ machine, interpreter: loader, libraries: ["libc.so.6"] });
  return { name: "@deno/made", version: "2.9.9", sha512: "ab".repeat(64), program, license: LICENSE };
}

/** A package with these files; a string that begins with "-> " is a link. */
export function madeDebian(
  name: string,
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): DebianPackage {
  return {
    name,
    version: "1.2-3+deb12u1",
    architecture: "all",
    control: `Package: ${name}\nVersion: 1.2-3+deb12u1\n`,
    sha256: "cd".repeat(32),
    files: new Map(
      Object.entries(files).map(([path, own]) => [
        path,
        typeof own !== "string" ? own : own.startsWith("-> ") ? { link: own.slice(3) } : new TextEncoder().encode(own),
      ]),
    ),
  };
}

/** What the packages of Debian have that the made deno needs. */
export function madeSystem(architecture: Architecture): readonly DebianPackage[] {
  const { machine, folder, loader } = PLACES[architecture];
  const loaderName = loader.slice(loader.lastIndexOf("/") + 1);
  return [
    madeDebian("base-files", {
      "usr/lib/os-release": 'PRETTY_NAME="Made"\nID=debian\n',
      "usr/share/common-licenses/GPL": "-> GPL-3",
      "usr/share/common-licenses/GPL-3": "all of it",
    }),
    madeDebian("ca-certificates", {
      "usr/share/ca-certificates/mozilla/B.crt": "second\n",
      "usr/share/ca-certificates/mozilla/A.crt": "first\n\n",
      "usr/share/doc/ca-certificates/copyright": "whose",
    }),
    madeDebian("libc6", {
      [`${folder}/libc.so.6`]: "-> libc-2.36.so",
      [`${folder}/libc-2.36.so`]: madeElf({ machine, libraries: [loaderName] }),
      [`${folder}/${loaderName}`]: madeElf({ machine }),
      [`${folder}/libnss_dns.so.2`]: madeElf({ machine, libraries: ["libresolv.so.2"] }),
      [`${folder}/libresolv.so.2`]: madeElf({ machine }),
      [`${folder}/libunused.so.1`]: madeElf({ machine }),
    }),
  ];
}

/** A package of npm with these files in it. */
export async function madeNpmPackage(files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> {
  const archive = await packTar(
    Object.entries(files).map(([name, body]) => ({
      header: { name: `package/${name}`, type: "file", size: new TextEncoder().encode(body).length } as const,
      body,
    })),
  );
  return new Uint8Array(gzipSync(archive));
}
