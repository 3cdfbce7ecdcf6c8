/**
 * Deno's program for an architecture, from the package of npm that holds it.
 *
 * @module
 */
import { unpackTar } from "modern-tar";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { type Architecture, ARCHITECTURES } from "./architecture.ts";
import { outputOf } from "./command_output.ts";
import { ImageError } from "./image_error.ts";

/** Deno for one architecture. */
export interface DenoPackage {
  /** Its name on npm. */
  readonly name: string;
  readonly version: string;
  /** SHA-512 of the package, in hexadecimal: npm's `integrity`. */
  readonly sha512: string;
  readonly program: Uint8Array<ArrayBuffer>;
  /** The text of its licence, which is in another package: "deno" itself. */
  readonly license: Uint8Array<ArrayBuffer>;
}

/** The package that everybody installs, whose program is in packages by architecture. */
const COMMON_PACKAGE = "deno";

/** Which, and where packages are kept. */
export interface DenoOrder {
  readonly architecture: Architecture;
  readonly version: string;
  /** A package that is here already is not fetched. */
  readonly cache: string;
}

/** Has npm fetch it, with its registry, its settings and its check of the packages' hashes. @throws {ImageError} */
export async function fetchDeno({ architecture, version, cache }: DenoOrder): Promise<DenoPackage> {
  const { denoPackage: name } = ARCHITECTURES[architecture];
  const [packed, common] = [
    await fetchPackage(name, version, cache),
    await fetchPackage(COMMON_PACKAGE, version, cache),
  ];
  return await readDenoPackage({ packed, common, name, version });
}

/** What was fetched. */
export interface PackedDeno extends Pick<DenoPackage, "name" | "version"> {
  readonly packed: Uint8Array<ArrayBuffer>;
  /** The package that has the licence. */
  readonly common: Uint8Array<ArrayBuffer>;
}

/** Takes the packages apart. @throws {ImageError} when there is no program in one, or no licence in the other. */
export async function readDenoPackage({ packed, common, name, version }: PackedDeno): Promise<DenoPackage> {
  const program = await fileOf(packed, "package/deno");
  if (program === undefined) {
    throw new ImageError(`${name}@${version} holds no program "deno": is it another's package?`);
  }
  const license = await fileOf(common, "package/LICENSE");
  if (license === undefined) {
    throw new ImageError(`${COMMON_PACKAGE}@${version} holds no file LICENSE, which an image of deno has to have`);
  }
  return { name, version, sha512: createHash("sha512").update(packed).digest("hex"), program, license };
}

async function fileOf(packed: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return (await unpackTar(new Uint8Array(gunzipSync(packed)))).find(({ header }) => header.name === name)?.data;
}

async function fetchPackage(name: string, version: string, cache: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = `${cache}/${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
  if (!await isThere(file)) {
    await Deno.mkdir(cache, { recursive: true });
    await outputOf({
      program: "npm",
      args: ["pack", `${name}@${version}`, "--pack-destination", cache, "--prefer-offline"],
      install: "install Node.js with npm, which fetches deno's packages",
    });
    if (!await isThere(file)) throw new ImageError(`npm pack ${name}@${version} did not write ${file}`);
  }
  return await Deno.readFile(file);
}

/** Whether there is a file of this path. */
export async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
