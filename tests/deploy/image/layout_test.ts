/** A layout holds what the OCI image specification says, and every reference in it can be followed. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { unpackTar } from "modern-tar";
import { packLayer } from "../../../lib/deploy/image/layer.ts";
import {
  type Descriptor,
  type Image,
  type Layout,
  layoutArchive,
  layoutOf,
  MEDIA_TYPES,
  writeLayoutFolder,
} from "../../../lib/deploy/image/layout.ts";
import { sha256 } from "../../../lib/runtime/mod.ts";

async function madeImage(architecture: "amd64" | "arm64"): Promise<Image> {
  const content = new TextEncoder().encode(architecture);
  const layers = [
    await packLayer("same", [{ path: "etc/passwd", content: new Uint8Array(3) }]),
    await packLayer("own", [{ path: "usr/bin/deno", content }]),
  ];
  const config = { architecture, os: "linux", rootfs: { type: "layers", diff_ids: layers.map((one) => one.diffId) } };
  return { architecture, config, layers, annotations: { "org.opencontainers.image.title": "made" } };
}

/** What a descriptor refers to; checks its size and its digest. */
async function follow({ files }: Layout, { digest, size }: Descriptor): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = files.get(`blobs/${digest.replace(":", "/")}`);
  assert(bytes !== undefined, `${digest} is not there`);
  assertEquals([bytes.length, `sha256:${await sha256(bytes)}`], [size, digest]);
  return bytes;
}

const parsed = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));

Deno.test("layoutOf puts two images behind one index, and every reference leads to its blob", async () => {
  const images = [await madeImage("amd64"), await madeImage("arm64")];
  const layout = await layoutOf(images, "sockeye:1.0");
  assertEquals(parsed(layout.files.get("oci-layout")), { imageLayoutVersion: "1.0.0" });
  const { schemaVersion, mediaType, manifests: [top, ...none] } = parsed(layout.files.get("index.json"));
  assertEquals([schemaVersion, mediaType, none], [2, MEDIA_TYPES.index, []]);
  assertEquals([top.mediaType, top.annotations], [MEDIA_TYPES.index, {
    "org.opencontainers.image.ref.name": "sockeye:1.0",
  }]);
  const index = parsed(await follow(layout, top));
  assertEquals(index.manifests.map(({ platform }: Descriptor) => platform), [
    { architecture: "amd64", os: "linux" },
    { architecture: "arm64", os: "linux" },
  ]);
  let references = 1;
  for (const [at, descriptor] of index.manifests.entries()) {
    assertEquals(descriptor.mediaType, MEDIA_TYPES.manifest);
    const { schemaVersion, mediaType, config, layers, annotations } = parsed(await follow(layout, descriptor));
    assertEquals([schemaVersion, mediaType, annotations], [2, MEDIA_TYPES.manifest, images[at]!.annotations]);
    assertEquals([config.mediaType, parsed(await follow(layout, config))], [MEDIA_TYPES.config, images[at]!.config]);
    assertEquals(layers.map(({ mediaType }: Descriptor) => mediaType), [MEDIA_TYPES.layer, MEDIA_TYPES.layer]);
    for (const layer of layers) await follow(layout, layer);
    references += 2;
  }
  // The layer that both have is there once.
  assertEquals([...layout.files.keys()].filter((path) => path.startsWith("blobs/")).length, references + 3);
});

Deno.test("layoutOf points to an only image itself", async () => {
  const layout = await layoutOf([await madeImage("arm64")], "sockeye:1.0");
  const { manifests: [top] } = parsed(layout.files.get("index.json"));
  assertEquals(top.mediaType, MEDIA_TYPES.manifest);
  assertEquals(top.platform, { architecture: "arm64", os: "linux" });
  assertEquals(top.digest, layout.top.digest);
  await follow(layout, top);
});

Deno.test("layoutOf of the same images is the same, byte for byte, and so is its archive", async () => {
  const make = async () => await layoutOf([await madeImage("amd64"), await madeImage("arm64")], "sockeye:1.0");
  const [one, other] = [await make(), await make()];
  assertEquals(one.files, other.files);
  assertEquals(await layoutArchive(one), await layoutArchive(other));
});

Deno.test("layoutArchive holds what the folder holds, without dates and owners", async () => {
  const layout = await layoutOf([await madeImage("amd64")], "sockeye:1.0");
  const entries = await unpackTar(await layoutArchive(layout));
  const files = entries.filter(({ header }) => header.type === "file");
  assertEquals(new Map(files.map(({ header, data }) => [header.name, data!])), new Map(layout.files));
  for (const { header } of entries) {
    assertEquals([header.uid, header.gid, header.mtime?.getTime()], [0, 0, 0]);
  }
});

Deno.test("writeLayoutFolder replaces the folder whole: nothing of a former image is left", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-layout-" });
  try {
    const path = `${folder}/layout`;
    await Deno.mkdir(`${path}.new/half`, { recursive: true });
    await writeLayoutFolder(await layoutOf([await madeImage("amd64")], "sockeye:1.0"), path);
    const layout = await layoutOf([await madeImage("arm64")], "sockeye:1.1");
    await writeLayoutFolder(layout, path);
    const blobs = await Array.fromAsync(Deno.readDir(`${path}/blobs/sha256`), ({ name }) => `blobs/sha256/${name}`);
    assertEquals([...blobs, "index.json", "oci-layout"].sort(), [...layout.files.keys()].sort());
    assertMatch(await Deno.readTextFile(`${path}/index.json`), /sockeye:1\.1/);
    assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), ["layout"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
