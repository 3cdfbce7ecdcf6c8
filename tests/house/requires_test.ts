/** A test whose program is missing is skipped with a word, and fails where nothing may be skipped. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const MODULE = new URL("../support/requires.ts", import.meta.url).href;

async function ask(program: string, env: Readonly<Record<string, string>>) {
  const code = `import { requires, findProgram } from ${JSON.stringify(MODULE)};
console.log(JSON.stringify([requires("${program}"), requires("${program}"), findProgram("${program}") ?? null]));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-prompt", "-A", `data:application/typescript,${encodeURIComponent(code)}`],
    env: { PATH: "/nonexistent", NO_COLOR: "1", HOME: "/tmp", ...env },
    clearEnv: true,
  });
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("requires skips once with a word on how to install what is missing", async () => {
  const { success, stdout, stderr } = await ask("chromium", {});
  assertEquals(success, true, stderr);
  assertEquals(JSON.parse(stdout), [{ ignore: true }, { ignore: true }, null]);
  assertEquals(stderr.match(/apt-get install chromium/g)?.length, 1);
});

for (const env of [{ CI: "true" }, { SOCKEYE_REQUIRE_ALL: "1" }]) {
  Deno.test(`requires throws for what is missing where ${Object.keys(env)} is set`, async () => {
    const { success, stderr } = await ask("chromium", env);
    assertEquals(success, false);
    assertStringIncludes(stderr, "apt-get install chromium");
  });
}

Deno.test("requires skips an extra in CI, too, and throws where extras are asked for", async () => {
  const skipped = await ask("skopeo", { CI: "true", SOCKEYE_REQUIRE_ALL: "1" });
  assertEquals(JSON.parse(skipped.stdout)[0], { ignore: true }, skipped.stderr);
  assertStringIncludes(skipped.stderr, "apt-get install skopeo");
  assertEquals((await ask("skopeo", { SOCKEYE_REQUIRE_ALL: "extras" })).success, false);
});

/** The programs of these tests are scripts. */
const shells = { ignore: Deno.build.os === "windows" };

Deno.test("requires lets a test run whose program is there, in CI too", shells, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/node`, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    const { stdout, stderr } = await ask("node", { PATH: folder, CI: "true" });
    assertEquals(JSON.parse(stdout), [{ ignore: false }, { ignore: false }, `${folder}/node`], stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("requires takes a program that is there but broken for missing", shells, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/python3`, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const { stdout, stderr } = await ask("python3-websockets", { PATH: folder });
    assertEquals(JSON.parse(stdout)[0], { ignore: true });
    assertMatch(stderr, /apt-get install python3-websockets/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
