/** An image out of parts: three layers, and the same bytes each time. The real one is in tests/long/image_test.ts. @module */
import { assertEquals, assertNotEquals } from "@std/assert";
import denoConfig from "../../../deno.json" with { type: "json" };
import { composeImage, type Parts } from "../../../lib/deploy/image/image.ts";
import { layoutArchive, layoutOf } from "../../../lib/deploy/image/layout.ts";
import { startCommand } from "../../../lib/deploy/image/start_command.ts";
import { madeDeno, madeSystem } from "../support/made_parts.ts";

const NAMES = {
  start: startCommand(denoConfig.tasks.start.command),
  version: "1.2.3",
  created: "1970-01-01T00:00:00Z",
};

const partsOf = (architecture: "amd64" | "arm64", code = "code"): Parts => ({
  architecture,
  deno: madeDeno(architecture),
  debian: madeSystem(architecture),
  app: {
    files: [{ path: "app/main.js", content: new TextEncoder().encode(code) }],
    packages: [],
    deployment: "0123456789ab",
  },
});

Deno.test("composeImage lays system, deno and bundle over one another", async () => {
  const { architecture, layers, config, annotations } = await composeImage(partsOf("amd64"), NAMES);
  assertEquals(architecture, "amd64");
  assertEquals(layers.map(({ title }) => title), ["system", "deno", "server and routes"]);
  const { rootfs } = config as { rootfs: { diff_ids: readonly string[] } };
  assertEquals(rootfs.diff_ids, layers.map(({ diffId }) => diffId));
  assertEquals(annotations["sockeye.deployment"], "0123456789ab");
});

Deno.test("composeImage changes the top layer alone when the code changes", async () => {
  const [one, other] = [
    await composeImage(partsOf("amd64"), NAMES),
    await composeImage(partsOf("amd64", "new"), NAMES),
  ];
  const digests = [one, other].map(({ layers }) => layers.map(({ digest }) => digest));
  assertEquals(digests[0]!.slice(0, 2), digests[1]!.slice(0, 2));
  assertNotEquals(digests[0]![2], digests[1]![2]);
});

Deno.test("composeImage gives the same bytes for the same parts, down to the archive", async () => {
  const make = async () =>
    await layoutArchive(
      await layoutOf(
        [await composeImage(partsOf("amd64"), NAMES), await composeImage(partsOf("arm64"), NAMES)],
        "sockeye:1.2.3",
      ),
    );
  assertEquals(await make(), await make());
});

Deno.test("composeImage has the date in its words, and in none of its layers", async () => {
  const later = { ...NAMES, created: "2026-01-01T00:00:00Z" };
  const [one, other] = [await composeImage(partsOf("amd64"), NAMES), await composeImage(partsOf("amd64"), later)];
  assertEquals(one.layers.map(({ digest }) => digest), other.layers.map(({ digest }) => digest));
  assertNotEquals(JSON.stringify(one.config), JSON.stringify(other.config));
});
