/** A layer is a tar archive whose bytes depend on its files alone. @module */
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { unpackTar } from "modern-tar";
import { gunzipSync } from "node:zlib";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";
import { type ImageFile, packLayer } from "../../../lib/deploy/image/layer.ts";
import { sha256 } from "../../../lib/runtime/mod.ts";

const text = (value: string) => new TextEncoder().encode(value);

const FILES: readonly ImageFile[] = [
  { path: "usr/bin/deno", content: text("program"), mode: 0o755 },
  { path: "lib", content: { link: "usr/lib" } },
  { path: "var/lib/sockeye", content: "folder", mode: 0o700, owner: 65532 },
  { path: "etc/passwd", content: text("root\n") },
];

Deno.test("packLayer sorts, adds the folders above, and leaves out dates and owners", async () => {
  const { bytes } = await packLayer("system", FILES);
  const entries = await unpackTar(new Uint8Array(gunzipSync(bytes)));
  assertEquals(
    entries.map(({ header: { name, type, mode, uid, gid } }) => [name, type, mode, uid, gid]),
    [
      ["etc/", "directory", 0o755, 0, 0],
      ["etc/passwd", "file", 0o644, 0, 0],
      ["lib", "symlink", 0o777, 0, 0],
      ["usr/", "directory", 0o755, 0, 0],
      ["usr/bin/", "directory", 0o755, 0, 0],
      ["usr/bin/deno", "file", 0o755, 0, 0],
      ["var/", "directory", 0o755, 0, 0],
      ["var/lib/", "directory", 0o755, 0, 0],
      ["var/lib/sockeye/", "directory", 0o700, 65532, 65532],
    ],
  );
  assertEquals(new Set(entries.map(({ header }) => header.mtime?.getTime())), new Set([0]));
  assertEquals(entries.find(({ header }) => header.name === "lib")?.header.linkname, "usr/lib");
  assertEquals(new TextDecoder().decode(entries.find(({ header }) => header.name === "usr/bin/deno")?.data), "program");
});

Deno.test("packLayer names what it packed by its hashes, before and after compression", async () => {
  const { bytes, digest, diffId, unpackedBytes } = await packLayer("system", FILES);
  const archive = new Uint8Array(gunzipSync(bytes));
  assertEquals([digest, diffId], [`sha256:${await sha256(bytes)}`, `sha256:${await sha256(archive)}`]);
  assertEquals(unpackedBytes, archive.length);
});

Deno.test("packLayer gives the same bytes for the same files in whatever order, and others for others", async () => {
  const one = await packLayer("system", FILES);
  const other = await packLayer("system", FILES.toReversed());
  assertEquals(other.bytes, one.bytes);
  const changed = await packLayer("system", FILES.with(0, { ...FILES[0]!, mode: 0o700 }));
  assertNotEquals(changed.digest, one.digest);
});

Deno.test("packLayer leaves date and name of a file out of the gzip header", async () => {
  const { bytes } = await packLayer("system", FILES);
  assertEquals([...bytes.subarray(0, 8)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
});

Deno.test("packLayer keeps a path that is too long for a plain tar header", async () => {
  const path = `usr/share/${"long/".repeat(40)}${"n".repeat(120)}`;
  const { bytes } = await packLayer("system", [{ path, content: text("x") }]);
  const entries = await unpackTar(new Uint8Array(gunzipSync(bytes)));
  assertEquals(entries.at(-1)?.header.name, path);
});

Deno.test("packLayer refuses two files of one path", async () => {
  const { message } = await assertRejects(() => packLayer("system", [...FILES, FILES[3]!]), ImageError);
  assertEquals(message, "two files of the image are called /etc/passwd");
});
