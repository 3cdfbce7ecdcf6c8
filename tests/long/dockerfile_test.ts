/** The Dockerfile, built by buildah from a fresh clone on bases that debootstrap made, and run by podman. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { cloneTo } from "../support/clone.ts";
import { debianBase, requiresBase } from "../support/debian_base.ts";
import { Podman } from "../support/podman.ts";
import { RawClient } from "../support/raw_client.ts";
import { findProgram } from "../support/requires.ts";
import { printedBy } from "../support/written_image.ts";

/** The Dockerfile's names for what it builds on, and what stands in for them: the names themselves are not to be had. */
const BASES = { NODE_IMAGE: "localhost/node:test", BASE_IMAGE: "localhost/base:test" } as const;

/** What npm of this machine is, and what it goes by: the base has none. */
const OF_NPM = ["/etc/npmrc", "/usr/etc/npmrc", `${Deno.env.get("HOME")}/.npmrc`, "/etc/ssl/certs/ca-certificates.crt"];

/** buildah with a store of its own. */
class Buildah implements AsyncDisposable {
  readonly folder: string = Deno.makeTempDirSync({ prefix: "sockeye-buildah-" });

  async print(...args: readonly string[]): Promise<string> {
    const store = [`--root=${this.folder}/root`, `--runroot=${this.folder}/run`, "--storage-driver=overlay"];
    return await printedBy(findProgram("buildah")!, [...store, ...args]);
  }

  async build(folder: string, ...args: readonly string[]): Promise<string> {
    return await this.print("build", "--isolation=chroot", "--pull-never", ...args, folder);
  }

  /** A Debian, and one with this machine's Node, npm and npm's settings. */
  async makeBases(): Promise<void> {
    const base = `${this.folder}/base`;
    await Deno.mkdir(base);
    await Deno.link(await debianBase(), `${base}/base.tar`).catch(async () =>
      await Deno.copyFile(await debianBase(), `${base}/base.tar`) // Another file system.
    );
    await Deno.writeTextFile(`${base}/Dockerfile`, "FROM scratch\nADD base.tar /\n");
    await this.build(base, "--tag", BASES.BASE_IMAGE);
    const node = `${this.folder}/node`;
    const [program, npm] = await Promise.all(["node", "npm"].map((name) => Deno.realPath(findProgram(name as "npm")!)));
    const package_ = npm!.replace(/\/bin\/npm-cli\.js$/, "");
    for (const path of ["usr/bin", "usr/lib/node_modules", "root"]) {
      await Deno.mkdir(`${node}/files/${path}`, { recursive: true });
    }
    await printedBy("cp", ["-a", program!, `${node}/files/usr/bin/node`]);
    await printedBy("cp", ["-a", package_, `${node}/files/usr/lib/node_modules/npm`]);
    await Deno.symlink("../lib/node_modules/npm/bin/npm-cli.js", `${node}/files/usr/bin/npm`);
    for (const path of OF_NPM) {
      const there = await Deno.stat(path).then(() => true, () => false);
      if (there) await printedBy("install", ["-D", "-m", "644", path, `${node}/files${path}`]);
    }
    await Deno.writeTextFile(
      `${node}/Dockerfile`,
      `FROM ${BASES.BASE_IMAGE}\nCOPY files /\nENV NODE_EXTRA_CA_CERTS=${OF_NPM.at(-1)} DENO_TLS_CA_STORE=system\n`,
    );
    await this.build(node, "--tag", BASES.NODE_IMAGE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.print("rmi", "--all", "--force");
    await Deno.remove(this.folder, { recursive: true });
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test({
  name: "the Dockerfile builds a fresh clone, and what it builds runs confined: it echoes, is healthy, and drains",
  ...requiresBase("buildah", "podman", "runc", "node", "npm"),
  async fn() {
    await using buildah = new Buildah();
    await buildah.makeBases();
    const clone = `${buildah.folder}/clone`;
    await cloneTo(clone);
    const bases = Object.entries(BASES).flatMap(([name, image]) => ["--build-arg", `${name}=${image}`]);
    // Docker's format, as Docker writes it: the other has no health check.
    await buildah.build(clone, "--format=docker", ...bases, "--tag", "localhost/sockeye:test");
    const { Docker: { config } } = JSON.parse(await buildah.print("inspect", "--type=image", "localhost/sockeye:test"));
    assertEquals(config.Healthcheck.Test.at(-1), "/app/health.ts");
    const archive = `${buildah.folder}/sockeye.tar`;
    await buildah.print("push", "--quiet", "localhost/sockeye:test", `docker-archive:${archive}`);

    await using podman = new Podman();
    await podman.pull(`docker-archive:${archive}`);
    const port = freePort();
    const container = podman.run({ options: [`--env=PORT=${port}`], args: ["--host", "127.0.0.1"] });
    await container.accepted(port);
    using client = await RawClient.connect({ port, path: "/echo" });
    await client.sendText("built by another");
    assertEquals(await client.next(), { kind: "text", text: "built by another" });
    await podman.print("exec", container.name, ...config.Healthcheck.Test.slice(1));
    const inside = (...words: readonly string[]) => podman.print("exec", container.name, ...words);
    assertMatch(await inside("id"), /uid=65532\(sockeye\) gid=65532\(sockeye\)/);
    assertStringIncludes(await inside("cat", "/usr/share/licenses/deno/LICENSE"), "Deno authors");
    assertMatch(await inside("cat", "/usr/share/licenses/sockeye/THIRD_PARTY_LICENSES"), /^redis \d/m);
    assertStringIncludes(await inside("/usr/bin/deno", "--version"), Deno.version.deno);
    await podman.print("kill", "--signal=TERM", container.name);
    assertEquals([await container.ended(), container.output().includes("stopped")], [0, true]);
    assertStringIncludes(container.output(), `sockeye ${denoConfig.version} listens`);
  },
});
