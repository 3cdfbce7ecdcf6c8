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
}

/** Which, and where packages are kept. */
export interface DenoOrder {
  readonly architecture: Architecture;
  readonly version: string;
  /** A package that is here already is not fetched. */
  readonly cache: string;
}

/** Has npm fetch the package, with its registry, its settings and its check of the package's hash. @throws {ImageError} */
export async function fetchDeno({ architecture, version, cache }: DenoOrder): Promise<DenoPackage> {
  const { denoPackage: name } = ARCHITECTURES[architecture];
  const file = `${cache}/${name.slice(1).replace("/", "-")}-${version}.tgz`;
  if (!await isThere(file)) {
    await Deno.mkdir(cache, { recursive: true });
    await outputOf({
      program: "npm",
      args: ["pack", `${name}@${version}`, "--pack-destination", cache, "--prefer-offline"],
      install: "install Node.js with npm, which fetches deno's packages",
    });
    if (!await isThere(file)) throw new ImageError(`npm pack ${name}@${version} did not write ${file}`);
  }
  return await readDenoPackage(await Deno.readFile(file), name, version);
}

/** Takes a package apart. @throws {ImageError} when there is no program in it. */
export async function readDenoPackage(
  packed: Uint8Array<ArrayBuffer>,
  name: string,
  version: string,
): Promise<DenoPackage> {
  const files = await unpackTar(new Uint8Array(gunzipSync(packed)));
  const program = files.find(({ header }) => header.name === "package/deno")?.data;
  if (program === undefined) {
    throw new ImageError(`${name}@${version} holds no program "deno": is it another's package?`);
  }
  return { name, version, sha512: createHash("sha512").update(packed).digest("hex"), program };
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
