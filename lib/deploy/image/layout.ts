/**
 * Images as an OCI image layout: a folder of blobs named by their hashes, and the same folder as a tar archive.
 *
 * @module
 */
import { packTar } from "modern-tar";
import { sha256 } from "../../runtime/mod.ts";
import type { Architecture } from "./architecture.ts";
import type { Layer } from "./layer.ts";

/** The image of one architecture. */
export interface Image {
  readonly architecture: Architecture;
  /** The image's configuration, of media type {@linkcode MEDIA_TYPES.config}. */
  readonly config: object;
  /** From the lowest. */
  readonly layers: readonly Layer[];
  /** On the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Media types of the OCI image specification, version 1. */
export const MEDIA_TYPES = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** Annotation by which tools find an image in a layout. */
const REF_NAME = "org.opencontainers.image.ref.name";

/** A reference to a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: Architecture; readonly os: "linux" };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Every file of a layout by its path in it, and what its index points to. */
export interface Layout {
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly top: Descriptor;
  /** The manifest of each image. */
  readonly manifests: readonly Descriptor[];
}

/**
 * Makes a layout. Several images stand behind one index, of which every tool takes its own platform's.
 *
 * @param name of the image in the layout, with a tag: what `podman load` calls it.
 */
export async function layoutOf(images: readonly Image[], name: string): Promise<Layout> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const keep = async (mediaType: string, value: object): Promise<Descriptor> => {
    const bytes = jsonBytes(value);
    const digest = await sha256(bytes);
    files.set(`blobs/sha256/${digest}`, bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const manifests: Descriptor[] = [];
  for (const { architecture, config, layers, annotations } of images) {
    for (const { digest, bytes } of layers) files.set(`blobs/${digest.replace(":", "/")}`, bytes);
    const manifest = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      config: await keep(MEDIA_TYPES.config, config),
      layers: layers.map(({ digest, bytes }) => ({ mediaType: MEDIA_TYPES.layer, digest, size: bytes.length })),
      annotations,
    };
    const platform = { architecture, os: "linux" } as const;
    manifests.push({ ...await keep(MEDIA_TYPES.manifest, manifest), platform });
  }
  const [only] = manifests;
  const own = manifests.length === 1 && only !== undefined ? only : await keep(MEDIA_TYPES.index, indexOf(manifests));
  const top = { ...own, annotations: { [REF_NAME]: name } };
  files.set("index.json", jsonBytes(indexOf([top])));
  files.set("oci-layout", jsonBytes({ imageLayoutVersion: "1.0.0" }));
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), top, manifests };
}

/** Writes the folder. What was there before stays until the new one is whole. */
export async function writeLayoutFolder({ files }: Layout, folder: string): Promise<void> {
  const staging = `${folder}.new`;
  await removeFolder(staging);
  await Deno.mkdir(`${staging}/blobs/sha256`, { recursive: true });
  for (const [path, bytes] of files) await Deno.writeFile(`${staging}/${path}`, bytes);
  await removeFolder(folder);
  await Deno.rename(staging, folder);
}

/** The folder as one tar archive, which tools call `oci-archive`. */
export function layoutArchive({ files }: Layout): Promise<Uint8Array<ArrayBuffer>> {
  const own = { uid: 0, gid: 0, mtime: new Date(0) };
  const folders = ["blobs/", "blobs/sha256/"].map((name) => ({
    header: { name, type: "directory", size: 0, mode: 0o755, ...own } as const,
  }));
  const entries = [...files].map(([name, body]) => ({
    header: { name, type: "file", size: body.length, mode: 0o644, ...own } as const,
    body,
  }));
  return packTar([...folders, ...entries]);
}

function indexOf(manifests: readonly Descriptor[]): object {
  return { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests };
}

function jsonBytes(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
