/** The arm64 image, emulated by qemu: its deno with its loader and its libraries, and its server as it is started. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { findProgram, requires } from "../support/requires.ts";
import { ServerProcess } from "../support/server_process.ts";
import { IMAGE_PROGRAMS, type Reference, WrittenImage } from "../support/written_image.ts";

const requiresAll = {
  ignore: [...IMAGE_PROGRAMS, "qemu-aarch64" as const].map((program) => requires(program).ignore).includes(true),
};

/** Each instruction is translated: a start takes 7 s of processor time. */
const START_MS = 180_000;

const image = new WrittenImage();
Deno.test.afterAll(() => image.remove());

interface Config {
  readonly config: { readonly Entrypoint: readonly string[]; readonly Env: readonly string[] };
}

Deno.test({
  name: "the arm64 image, emulated, starts as its configuration says, answers, echoes, and drains",
  ...requiresAll,
  async fn() {
    await image.written();
    const root = await image.unpacked("arm64");
    const manifest = await image.json<{ readonly config: Reference }>((await image.manifests()).get("arm64")!);
    const { config: { Entrypoint: [program, ...words], Env } } = await image.json<Config>(manifest.config);
    // Paths that are in the image are the image's, with -L: what is started is /app/main.js.
    await using server = new ServerProcess({
      program: [findProgram("qemu-aarch64")!, "-L", root, root + program!],
      task: {
        env: Object.fromEntries(Env.map((entry) => entry.split("=", 2) as [string, string])),
        flags: words.slice(0, -1),
        entry: words.at(-1)!,
      },
      entryFolder: "",
      folder: root,
    });
    const [, port] = await server.printed(/listens on http:\/\/[^\s:]+:(\d+)/, 0, START_MS);
    server.port = Number(port);
    const health = await server.fetch("/health");
    assertEquals([health.status, await health.text()], [200, "ok\n"]);
    using client = await RawClient.connect({ port: server.port, path: "/echo" });
    await client.sendText("from elsewhere");
    assertEquals(await client.next(), { kind: "text", text: "from elsewhere" });
    server.kill("SIGTERM");
    assertEquals((await server.exited()).code, 0);
    assertStringIncludes(server.output(), "stopped");
  },
});

Deno.test({
  name: "the deno of the arm64 image says that it is what it is for",
  ...requiresAll,
  async fn() {
    await image.written();
    const root = await image.unpacked("arm64");
    const { stdout, stderr } = await new Deno.Command(findProgram("qemu-aarch64")!, {
      args: ["-L", root, `${root}/usr/bin/deno`, "eval", "console.log(Deno.build.arch, Deno.version.deno)"],
      env: { DENO_DIR: `${root}/none`, NO_COLOR: "1" },
      clearEnv: true,
    }).output();
    assertEquals(
      [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)),
      [`aarch64 ${Deno.version.deno}\n`, ""],
    );
  },
});
