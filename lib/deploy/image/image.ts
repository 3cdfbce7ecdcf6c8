/**
 * An image of the server: parts fetched, a bundle built, and a layout, an archive and bills of materials written.
 *
 * @module
 */
import { build, type BuildOrder } from "../build.ts";
import { bundle, endBundling } from "../bundle.ts";
import { bundledPackages, type NpmPackage } from "../bundled_packages.ts";
import { LICENSES_FILE, licenseTexts } from "../license_texts.ts";
import { CONFIG_FILE } from "../../gateway/mod.ts";
import { pathOfUrl } from "../../runtime/mod.ts";
import type { Architecture } from "./architecture.ts";
import { type DebianPackage, fetchDebian } from "./debian_package.ts";
import { type DenoPackage, fetchDeno } from "./deno_package.ts";
import { annotationsOf, HEALTH_FILE, imageConfig } from "./image_config.ts";
import { type ImageFile, packLayer } from "./layer.ts";
import { type Image, type Layout, layoutArchive, layoutOf, writeLayoutFolder } from "./layout.ts";
import { sbomOf } from "./sbom.ts";
import { APP_FOLDER, DENO_PATH, type StartCommand } from "./start_command.ts";
import { noticePackages, SYSTEM_PACKAGES, systemFiles } from "./system_files.ts";

/** Where licences are that no package of Debian brings: those are in `usr/share/doc`. */
const LICENSES_FOLDER = "usr/share/licenses";

/** What is to be written, and out of what. */
export interface ImageOrder extends Pick<BuildOrder, "routes" | "imports" | "plugins"> {
  readonly architectures: readonly Architecture[];
  /** Folder for the result. */
  readonly out: string;
  /** Folder of what was fetched, which is fetched once. */
  readonly cache: string;
  readonly denoVersion: string;
  /** Version of the server; the image's name in the layout, too. */
  readonly version: string;
  readonly start: StartCommand;
  /** RFC 3339. */
  readonly created: string;
  readonly revision?: string | undefined;
}

/** The server's part of an image. */
export interface App {
  readonly files: readonly ImageFile[];
  readonly packages: readonly NpmPackage[];
  readonly deployment: string;
}

/** What an image of one architecture is made of. */
export interface Parts {
  readonly architecture: Architecture;
  readonly deno: DenoPackage;
  readonly debian: readonly DebianPackage[];
  readonly app: App;
}

/** One file that was written. */
export interface WrittenImage {
  readonly architecture: Architecture;
  /** `sha256:…` of its manifest. */
  readonly digest: string;
  /** What has to be transferred, and what lies on a disk then. */
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly layers: readonly { readonly title: string; readonly bytes: number }[];
}

/** What was written, by path. */
export interface Written {
  readonly folder: string;
  readonly archive: string;
  readonly sboms: readonly string[];
  readonly digest: string;
  readonly images: readonly WrittenImage[];
}

/** Writes an image for each architecture. @throws {ImageError} @throws {BuildError} */
export async function writeImage(order: ImageOrder): Promise<Written> {
  const app = await buildApp(order);
  const images: Image[] = [];
  const parts: Parts[] = [];
  for (const architecture of order.architectures) {
    const [deno, debian] = await Promise.all([
      fetchDeno({ architecture, version: order.denoVersion, cache: `${order.cache}/deno` }),
      fetchSystem(architecture, `${order.cache}/${architecture}`),
    ]);
    const own = { architecture, deno, debian, app };
    parts.push(own);
    images.push(await composeImage(own, order));
  }
  const layout = await layoutOf(images, `sockeye:${order.version}`);
  await Deno.mkdir(order.out, { recursive: true });
  const folder = `${order.out}/layout`;
  const archive = `${order.out}/sockeye-${order.version}.oci.tar`;
  await writeLayoutFolder(layout, folder);
  await Deno.writeFile(archive, await layoutArchive(layout));
  const sboms = await writeSboms(parts, layout, order);
  return {
    folder,
    archive,
    sboms,
    digest: layout.top.digest,
    images: images.map((one, at) => writtenOf(one, layout, at)),
  };
}

/** Puts parts together. What changes least lies lowest, so that an update of routes sends the top layer alone. */
export async function composeImage(
  { architecture, deno, debian, app }: Parts,
  { start, version, created, revision }: Pick<ImageOrder, "start" | "version" | "created" | "revision">,
): Promise<Image> {
  const layers = [
    await packLayer("system", systemFiles(architecture, deno.program, debian)),
    await packLayer("deno", [
      { path: DENO_PATH.slice(1), content: deno.program, mode: 0o755 },
      { path: `${LICENSES_FOLDER}/deno/LICENSE`, content: deno.license },
    ]),
    await packLayer("server and routes", app.files),
  ];
  const annotations = annotationsOf({ version, deployment: app.deployment, created, revision });
  const config = imageConfig({ architecture, start, layers, annotations, created });
  return { architecture, config, layers, annotations };
}

/** What files are taken from, and the packages that these have their copyright notices in. */
async function fetchSystem(architecture: Architecture, cache: string): Promise<readonly DebianPackage[]> {
  const packages = await fetchDebian({ architecture, names: SYSTEM_PACKAGES, cache });
  return [...packages, ...await fetchDebian({ architecture, names: noticePackages(packages), cache })];
}

/** The bundle, the health check, and `sockeye.config.ts` where there is one. */
async function buildApp({ routes, imports = {}, plugins = [] }: ImageOrder): Promise<App> {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-image-" });
  try {
    const { manifest, sources } = await build({ routes, imports, plugins, out: folder });
    const files: ImageFile[] = [];
    const add = (name: string, content: Uint8Array<ArrayBuffer>) =>
      void files.push({ path: `${APP_FOLDER.slice(1)}/${name}`, content });
    for await (const { name } of Deno.readDir(folder)) {
      // With the packages of the configuration it is another.
      if (name !== LICENSES_FILE) add(name, await Deno.readFile(`${folder}/${name}`));
    }
    const project = pathOfUrl(new URL("../../../", import.meta.url));
    const source = `import "./lib/deploy/image/health_check.ts";`;
    add(HEALTH_FILE, (await bundle({ source, folder: project, imports: {} }, HEALTH_FILE)).code);
    const config = await bundledConfig({ ...imports, sockeye: `${project}lib/route/mod.ts` });
    if (config !== undefined) add(CONFIG_FILE, config.code);
    const all = [...sources, ...config?.inputs.map(([path]) => path) ?? []];
    const packages = await bundledPackages(all, await textOf("deno.lock"));
    add(LICENSES_FILE, new TextEncoder().encode(licenseTexts(packages)));
    const own = await Deno.readFile(`${project}LICENSE`);
    files.push(
      { path: `${LICENSES_FOLDER}/sockeye/LICENSE`, content: own },
      // Where it is looked for; the bundle has it beside itself.
      {
        path: `${LICENSES_FOLDER}/sockeye/${LICENSES_FILE}`,
        content: { link: `../../../..${APP_FOLDER}/${LICENSES_FILE}` },
      },
    );
    return { files, packages, deployment: manifest.deployment };
  } finally {
    await endBundling();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The server reads its configuration where it is started: in the image, what it imports is not beside it. */
async function bundledConfig(imports: Readonly<Record<string, string>>) {
  if (await textOf(CONFIG_FILE) === undefined) return undefined;
  return await bundle(
    { source: `export { default } from "./${CONFIG_FILE}";`, folder: Deno.cwd(), imports },
    CONFIG_FILE,
  );
}

async function writeSboms(
  parts: readonly Parts[],
  { manifests }: Layout,
  { out, version }: ImageOrder,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const [at, { architecture, deno, debian, app }] of parts.entries()) {
    const path = `${out}/sockeye-${version}-${architecture}.cdx.json`;
    const { digest } = manifests[at]!;
    const distribution = distributionOf(debian);
    const bill = sbomOf({ architecture, version, digest, deno, debian, bundled: app.packages, distribution });
    await Deno.writeTextFile(path, JSON.stringify(bill, null, 2) + "\n");
    paths.push(path);
  }
  return paths;
}

function distributionOf(packages: readonly DebianPackage[]): string {
  const release = packages.map(({ files }) => files.get("usr/lib/os-release")).find((own) => own !== undefined);
  const text = release instanceof Uint8Array ? new TextDecoder().decode(release) : "";
  return /^ID="?([\w.-]+)"?$/m.exec(text)?.[1] ?? "debian";
}

function writtenOf({ architecture, layers }: Image, { manifests }: Layout, at: number): WrittenImage {
  return {
    architecture,
    digest: manifests[at]!.digest,
    packedBytes: layers.reduce((sum, { bytes }) => sum + bytes.length, 0),
    unpackedBytes: layers.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
    layers: layers.map(({ title, bytes }) => ({ title, bytes: bytes.length })),
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
