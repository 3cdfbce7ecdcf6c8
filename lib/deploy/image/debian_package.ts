/**
 * Packages of Debian, or of a distribution made from it, for any architecture: fetched by apt, taken apart by dpkg-deb.
 *
 * @module
 */
import { unpackTar } from "modern-tar";
import { sha256 } from "../../runtime/mod.ts";
import type { Architecture } from "./architecture.ts";
import { outputOf } from "./command_output.ts";
import { ImageError } from "./image_error.ts";

/** One package. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** `all` where it is the same for every architecture. */
  readonly architecture: string;
  /** Its paragraph of fields, as dpkg keeps it. */
  readonly control: string;
  /** SHA-256 of the package, in hexadecimal. */
  readonly sha256: string;
  /** Its files and links by path, without a slash at the start. Folders are left out. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer> | { readonly link: string }>;
}

/** Which, and where packages are kept. */
export interface DebianOrder {
  readonly architecture: Architecture;
  readonly names: readonly string[];
  /** Folder of `.deb` files. Those that are here already are not fetched. */
  readonly cache: string;
}

const ON_DEBIAN = "it comes with Debian and Ubuntu; elsewhere, use the Dockerfile";

/**
 * Has apt fetch them from the archives that this machine trusts, with the check of their signatures. Nothing of the
 * machine is changed, and no right of root is needed: lists and packages have folders of their own.
 *
 * @throws {ImageError}
 */
export async function fetchDebian({ architecture, names, cache }: DebianOrder): Promise<readonly DebianPackage[]> {
  await Deno.mkdir(cache, { recursive: true });
  const missing = await missingOf(names, cache);
  if (missing.length > 0) await download(architecture, missing, await Deno.realPath(cache));
  const paths = await pathsOf(names, cache);
  return await Promise.all(names.map((name) => readDebianPackage(paths.get(name)!)));
}

/** Takes a `.deb` apart. @throws {ImageError} */
export async function readDebianPackage(path: string): Promise<DebianPackage> {
  const run = (flag: string) => outputOf({ program: "dpkg-deb", args: [flag, path], install: ON_DEBIAN });
  // What is no package has no fields: nothing else is begun then.
  const control = await run("--field");
  const [archive, packed] = await Promise.all([run("--fsys-tarfile"), Deno.readFile(path)]);
  const files: Map<string, Uint8Array<ArrayBuffer> | { readonly link: string }> = new Map();
  for (const { header, data } of await unpackTar(archive)) {
    const name = header.name.replace(/^\.?\//, "");
    if (header.type === "symlink") files.set(name, { link: header.linkname ?? "" });
    else if (header.type === "file") files.set(name, data ?? new Uint8Array());
  }
  const paragraph = new TextDecoder().decode(control);
  const field = (name: string): string => {
    const value = new RegExp(`^${name}: *(.*)$`, "m").exec(paragraph)?.[1];
    if (value === undefined) throw new ImageError(`${path} has no field ${name}: fetch it again with --refresh`);
    return value;
  };
  return {
    name: field("Package"),
    version: field("Version"),
    architecture: field("Architecture"),
    control: paragraph,
    sha256: await sha256(packed),
    files,
  };
}

async function download(architecture: Architecture, names: readonly string[], folder: string): Promise<void> {
  const lists = await Deno.makeTempDir({ prefix: "sockeye-apt-" });
  try {
    for (const path of ["state/lists/partial", "cache/archives/partial"]) {
      await Deno.mkdir(`${lists}/${path}`, { recursive: true });
    }
    await Deno.writeTextFile(`${lists}/status`, "");
    const options = [
      `APT::Architecture=${architecture}`,
      `APT::Architectures=${architecture}`,
      `Dir::State=${lists}/state`,
      `Dir::State::status=${lists}/status`,
      `Dir::Cache=${lists}/cache`,
      "Acquire::Languages=none",
      // The folders belong to who runs this.
      "APT::Sandbox::User=",
    ].flatMap((option) => ["-o", option]);
    const apt = (...args: string[]) =>
      outputOf({ program: "apt-get", args: [...args, ...options], folder, install: ON_DEBIAN });
    try {
      await apt("update");
      await apt("download", ...names);
    } catch (error) {
      throw error instanceof ImageError && architecture !== ownArchitecture()
        ? new ImageError(`${error.message}\n${elsewhere(architecture)}`)
        : error;
    }
  } finally {
    await Deno.remove(lists, { recursive: true });
  }
}

/** As this machine is. */
function ownArchitecture(): Architecture {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}

function elsewhere(architecture: Architecture): string {
  return `is ${architecture} in the archives of this machine? Ubuntu keeps it elsewhere than ${ownArchitecture()}: ` +
    `there, write this one only (--arch ${ownArchitecture()}), or both in a container of Debian`;
}

async function missingOf(names: readonly string[], cache: string): Promise<readonly string[]> {
  const paths = await pathsOf(names, cache);
  return names.filter((name) => !paths.has(name));
}

/** @throws {ImageError} when a package is there twice. */
async function pathsOf(names: readonly string[], cache: string): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for await (const { name: file } of Deno.readDir(cache)) {
    const name = names.find((name) => file.startsWith(`${name}_`) && file.endsWith(".deb"));
    if (name === undefined) continue;
    if (paths.has(name)) throw new ImageError(`${cache} has ${name} more than once: remove all but one`);
    paths.set(name, `${cache}/${file}`);
  }
  return paths;
}
