/**
 * The command line of `deno task image`.
 *
 * @module
 */
import denoConfig from "../../deno.json" with { type: "json" };
import { BuildError } from "./build.ts";
import { BundleError } from "./bundle.ts";
import { ConfigError, readConfig } from "./config.ts";
import { type Architecture, ARCHITECTURES, isArchitecture } from "./image/architecture.ts";
import { writeImage, type Written } from "./image/image.ts";
import { ImageError } from "./image/image_error.ts";
import { startCommand } from "./image/start_command.ts";
import { importsHere } from "./imports_here.ts";
import { parsePlacement, PlacementError } from "./placement.ts";
import { PluginError } from "./plugin.ts";

const HELP = `Writes an OCI image of server and routes, without a container engine.

Usage: deno task image [--arch LIST] [--routes DIR] [--out DIR] [--cache DIR] [--refresh]
                       [--deno VERSION] [--version VERSION] [--revision REVISION]

  --arch LIST          ${Object.keys(ARCHITECTURES).join(",")}: one of them or both (both)
  --routes DIR         folder of the route files (routes)
  --out DIR            folder for the result (image)
  --cache DIR          folder of what was fetched (.tmp/image): the same files in it, the same image
  --refresh            fetch all anew, to have what Debian has mended since
  --deno VERSION       version of deno in the image (the one that runs this)
  --version VERSION    version of the image, and its tag (that of deno.json)
  --revision REVISION  of the source, for the image's label
  -h, --help           print this

The date in the image is SOURCE_DATE_EPOCH of the environment, in seconds, or 1970-01-01.
`;

/** Exit codes. */
const EXIT = { FAILED: 1, WRONG_ARGUMENT: 2 } as const;

/** What was asked for. */
export interface ImageArguments {
  readonly architectures: readonly Architecture[];
  readonly routes: string;
  readonly out: string;
  readonly cache: string;
  readonly refresh: boolean;
  readonly denoVersion: string;
  readonly version: string;
  readonly revision: string | undefined;
}

/** Flags that take a value, with what it is when they are left out. */
const DEFAULTS: Readonly<Record<string, string>> = {
  "--arch": Object.keys(ARCHITECTURES).join(","),
  "--routes": "routes",
  "--out": "image",
  "--cache": ".tmp/image",
  "--deno": Deno.version.deno,
  "--version": denoConfig.version,
  "--revision": "",
};

/** What was asked for; undefined for the help. @throws {ImageError} for anything else. */
export function parseImageArguments(args: readonly string[]): ImageArguments | undefined {
  const values: Record<string, string> = { ...DEFAULTS };
  let refresh = false;
  const words = args.flatMap((arg) =>
    /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)] : [arg]
  );
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--help" || word === "-h") return undefined;
    if (word === "--refresh") {
      refresh = true;
      continue;
    }
    if (!Object.hasOwn(DEFAULTS, word)) throw new ImageError(`${word}: unknown argument; --help lists all`);
    const value = words[++at];
    if (value === undefined || value === "" || value.startsWith("--")) {
      throw new ImageError(`${word}: needs a value, as in ${word} ${DEFAULTS[word] || "1a2b3c4"}`);
    }
    values[word] = value;
  }
  // What a tag may be, by the distribution specification.
  if (!/^\w[\w.-]{0,127}$/.test(values["--version"]!)) {
    throw new ImageError(`--version: "${values["--version"]}" cannot be a tag: use letters, digits, ".", "-" and "_"`);
  }
  return {
    architectures: architecturesOf(values["--arch"]!),
    routes: values["--routes"]!,
    out: values["--out"]!,
    cache: values["--cache"]!,
    refresh,
    denoVersion: values["--deno"]!,
    version: values["--version"]!,
    revision: values["--revision"] || undefined,
  };
}

/** The date of an image, as `SOURCE_DATE_EPOCH` gives it. @throws {ImageError} when it is no date. */
export function createdAt(epochSeconds: string | undefined): string {
  if (epochSeconds === undefined || epochSeconds === "") return "1970-01-01T00:00:00Z";
  const date = new Date(/^\d+$/.test(epochSeconds) ? Number(epochSeconds) * 1000 : NaN);
  if (Number.isNaN(date.getTime())) {
    throw new ImageError(`SOURCE_DATE_EPOCH: "${epochSeconds}" is no number of seconds, as in 1767225600`);
  }
  return date.toISOString().replace(".000Z", "Z");
}

/** What was written, for a terminal. */
export function describeImage({ folder, archive, sboms, digest, images }: Written, version: string): string {
  const lines = [`${digest} in ${folder}, and as ${archive}`, ""];
  for (const { architecture, packedBytes, unpackedBytes, layers } of images) {
    lines.push(`  ${architecture.padEnd(20)}${mib(packedBytes)} to transfer, ${mib(unpackedBytes).trim()} unpacked`);
    for (const { title, bytes } of layers) lines.push(`    ${title.padEnd(18)}${mib(bytes)}`);
  }
  lines.push("", ...sboms.map((path) => `  what is in it: ${path}`));
  lines.push("", `  push it: skopeo copy --all oci:${folder} docker://HOST/NAME:${version}`);
  return lines.join("\n");
}

function architecturesOf(list: string): readonly Architecture[] {
  const names = [...new Set(list.split(","))];
  return names.sort().map((name) => {
    if (isArchitecture(name)) return name;
    throw new ImageError(`--arch: "${name}" is none of ${Object.keys(ARCHITECTURES).join(", ")}`);
  });
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`.padStart(10);
}

async function main(args: readonly string[]): Promise<number> {
  let order;
  let created;
  try {
    order = parseImageArguments(args);
    created = createdAt(Deno.env.get("SOURCE_DATE_EPOCH"));
  } catch (error) {
    console.error(`sockeye cannot write an image: ${(error as Error).message}`);
    return EXIT.WRONG_ARGUMENT;
  }
  if (order === undefined) {
    console.log(HELP);
    return 0;
  }
  try {
    const start = startCommand(denoConfig.tasks.start.command);
    const { placement: { plugins } } = parsePlacement(await readConfig());
    if (order.refresh) await forget(order.cache);
    console.log(describeImage(
      await writeImage({ ...order, start, created, imports: await importsHere(), plugins }),
      order.version,
    ));
    return 0;
  } catch (error) {
    const reasons = [ImageError, BuildError, BundleError, ConfigError, PlacementError, PluginError];
    if (!reasons.some((reason) => error instanceof reason)) throw error;
    console.error(`sockeye cannot write an image: ${(error as Error).message}`);
    return EXIT.FAILED;
  }
}

/** Removes what this command has put there, and nothing else. */
async function forget(cache: string): Promise<void> {
  for (const name of ["deno", ...Object.keys(ARCHITECTURES)]) {
    await Deno.remove(`${cache}/${name}`, { recursive: true }).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
