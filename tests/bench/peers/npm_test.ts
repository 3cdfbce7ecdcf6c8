/** Packages are found where they were installed, and a missing npm is a sentence. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { findPackages, installPackages } from "./npm.ts";

async function withPackages(
  versions: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, version] of Object.entries(versions)) {
      await Deno.mkdir(`${folder}/node_modules/${name}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/node_modules/${name}/package.json`, JSON.stringify({ version }));
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("installPackages installs nothing where everything stands, scoped names included", async () => {
  await withPackages({ ws: "8.1.2", "@some/thing": "3.0.0" }, async (folder) => {
    assertEquals(await installPackages(folder, ["ws@8", "@some/thing@3"], "no-such-npm"), {
      from: folder,
      version: "ws 8.1.2, @some/thing 3.0.0",
    });
  });
});

Deno.test("findPackages finds nothing while one of them is missing", async () => {
  await withPackages({ ws: "8.1.2" }, async (folder) => {
    assertEquals(await findPackages(folder, ["ws@8", "bufferutil@4"]), undefined);
  });
});

Deno.test("installPackages says what to install when there is no npm", async () => {
  await withPackages({}, async (folder) => {
    const reason = await installPackages(`${folder}/new`, ["ws@8"], "no-such-npm");
    assertStringIncludes(String(reason), "there is no no-such-npm on this machine");
  });
});

Deno.test({
  name: "installPackages lets one of several install, and the others wait for it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withPackages({}, async (folder) => {
      const npm = `${folder}/npm`;
      const script = `#!/bin/sh
echo once >> "$3/installs"
sleep 0.2
mkdir -p "$3/node_modules/ws" && echo '{"version":"8.1.2"}' > "$3/node_modules/ws/package.json"
`;
      await Deno.writeTextFile(npm, script, { mode: 0o755 });
      const found = await Promise.all([1, 2, 3].map(() => installPackages(`${folder}/new`, ["ws@8"], npm)));
      assertEquals(found, found.map(() => ({ from: `${folder}/new`, version: "ws 8.1.2" })));
      assertEquals(await Deno.readTextFile(`${folder}/new/installs`), "once\n");
    });
  },
});
