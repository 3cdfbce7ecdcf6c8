/** The real image: valid, the same twice, pushed by skopeo to a registry, and run by podman with nothing allowed. @module */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { unpackTar } from "modern-tar";
import { gunzipSync } from "node:zlib";
import { elfNeeds } from "../../lib/deploy/image/elf.ts";
import { sha256 } from "../../lib/runtime/mod.ts";
import { BrokerProcess } from "../support/broker_process.ts";
import { NameServer } from "../support/name_server.ts";
import { Podman } from "../support/podman.ts";
import { findProgram, type RequiredProgram, requires } from "../support/requires.ts";
import { PROJECT } from "../support/server_process.ts";
import { IMAGE_PROGRAMS, printedBy, type Reference, writeImage, WrittenImage } from "../support/written_image.ts";

const requiresAll = (...programs: readonly RequiredProgram[]) => ({
  ignore: [...IMAGE_PROGRAMS, ...programs].map((program) => requires(program).ignore).includes(true),
});

const image = new WrittenImage();
Deno.test.afterAll(() => image.remove());

interface Manifest {
  readonly config: Reference;
  readonly layers: readonly Reference[];
}

interface Config {
  readonly architecture: string;
  readonly config: { readonly User: string; readonly Healthcheck: { readonly Test: readonly string[] } };
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

const skopeo = (...args: readonly string[]) =>
  printedBy(findProgram("skopeo") ?? "skopeo", ["--insecure-policy", ...args]);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test({
  name: "deno task image writes both architectures: every hash is right, and deno finds its libraries",
  ...requiresAll(),
  async fn() {
    console.log(await image.written());
    const manifests = await image.manifests();
    assertEquals([...manifests.keys()], ["amd64", "arm64"]);
    for (const [architecture, reference] of manifests) {
      const { config, layers } = await image.json<Manifest>(reference);
      const own = await image.json<Config>(config);
      assertEquals([own.architecture, own.config.User], [architecture, "65532:65532"]);
      const files = new Map<string, Uint8Array<ArrayBuffer>>();
      for (const [at, layer] of layers.entries()) {
        const archive = new Uint8Array(gunzipSync(await image.blob(layer)));
        assertEquals(own.rootfs.diff_ids[at], `sha256:${await sha256(archive)}`);
        for (const { header, data } of await unpackTar(archive)) if (data !== undefined) files.set(header.name, data);
      }
      const { machine, libraries } = elfNeeds(files.get("usr/bin/deno")!, "deno");
      assertEquals(machine, architecture === "amd64" ? 62 : 183);
      const triplet = architecture === "amd64" ? "x86_64-linux-gnu" : "aarch64-linux-gnu";
      for (const library of libraries) {
        const name = `usr/lib/${triplet}/${library}`;
        const found = files.get(name) ?? files.get(`usr/lib/${library}`);
        assertEquals(found === undefined ? name : elfNeeds(found, name).machine, machine);
      }
      for (const name of ["app/main.js", "app/manifest.json", "app/health.js", "etc/nsswitch.conf"]) {
        assert(files.has(name), `${name} is missing for ${architecture}`);
      }
      const certificates = new TextDecoder().decode(files.get("etc/ssl/certs/ca-certificates.crt"));
      assert(certificates.split("-----BEGIN CERTIFICATE-----").length > 100);
    }
  },
});

Deno.test({
  name: "deno task image writes the same bytes from the same inputs, and names them in the bill",
  ...requiresAll(),
  async fn() {
    await image.written();
    const out = `${image.folder}/again`;
    await writeImage(["--out", out, "--arch", "amd64"]);
    const { manifests: [again] } = JSON.parse(await Deno.readTextFile(`${out}/layout/index.json`));
    const first = (await image.manifests()).get("amd64");
    assertEquals(again.digest, first?.digest);
    const bills = await Promise.all(
      [`${image.folder}/out`, out].map(async (folder) => {
        const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
        return await Deno.readTextFile(`${folder}/${names.find((name) => name.endsWith("-amd64.cdx.json"))}`);
      }),
    );
    assertEquals(bills[0], bills[1]);
    const { metadata, components } = JSON.parse(bills[0]!);
    assertEquals(metadata.component.hashes[0].content, first?.digest.replace("sha256:", ""));
    const purls: string[] = components.map(({ purl }: { readonly purl: string }) => purl);
    for (const start of ["pkg:deb/", "pkg:npm/%40deno/linux-x64-glibc@", "pkg:npm/%40nats-io/nats-core@"]) {
      assert(purls.some((purl) => purl.startsWith(start)), `no ${start} in ${purls}`);
    }
    assertEquals(purls.filter((purl) => /playwright|esbuild|fast-check/.test(purl)), []);
  },
});

Deno.test({
  name: "skopeo inspects the image, and turns it into an archive that docker loads, health check included",
  ...requiresAll("skopeo"),
  async fn() {
    await image.written();
    const seen = JSON.parse(await skopeo("inspect", `oci:${image.layout}`));
    assertEquals([seen.Os, seen.Layers.length, seen.Labels["org.opencontainers.image.title"]], ["linux", 3, "sockeye"]);
    const path = `${image.folder}/docker.tar`;
    await skopeo("copy", "--quiet", `oci:${image.layout}`, `docker-archive:${path}:sockeye:test`);
    const files = await unpackTar(await Deno.readFile(path));
    const json = (name: string) =>
      JSON.parse(new TextDecoder().decode(files.find(({ header }) => header.name === name)?.data));
    const [{ Config: name, RepoTags }] = json("manifest.json");
    assertMatch(RepoTags.join(), /sockeye:test$/);
    assertEquals(json(name).config.Healthcheck.Test.at(-1), "/app/health.js");
  },
});

Deno.test({
  name: "skopeo pushes both architectures to a registry, which has them under the same digests",
  ...requiresAll("skopeo", "docker-registry"),
  async fn() {
    await image.written();
    await using registry = await startRegistry();
    const target = `127.0.0.1:${registry.port}/sockeye`;
    const [copy = "", ...words] = await documentedPush(`${target}:1`);
    await skopeo(copy, "--quiet", "--dest-tls-verify=false", ...words);
    const { manifests: [top] } = JSON.parse(await Deno.readTextFile(`${image.layout}/index.json`));
    const response = await fetch(`http://127.0.0.1:${registry.port}/v2/sockeye/manifests/1`, {
      headers: { accept: top.mediaType },
    });
    assertEquals([response.status, response.headers.get("docker-content-digest")], [200, top.digest]);
    assertEquals(await response.json(), await image.json(top));
    for (const [architecture, { digest }] of await image.manifests()) {
      const raw = await skopeo("inspect", "--raw", "--tls-verify=false", `docker://${target}@${digest}`);
      assertEquals(`sha256:${await sha256(new TextEncoder().encode(raw))}`, digest, architecture);
    }
  },
});

Deno.test({
  name: "podman runs it with a read-only root, no capability, 256 MiB and no root: it echoes, is healthy, and drains",
  ...requiresAll("podman", "runc"),
  async fn() {
    await image.written();
    await using podman = new Podman();
    await podman.pull(`oci:${image.layout}`);
    const port = freePort();
    const container = podman.run({ options: [`--env=PORT=${port}`], args: ["--host", "127.0.0.1"] });
    const acceptedMs = await container.accepted(port);
    const { Started } = JSON.parse(
      await podman.print("inspect", "--format", '{"Started":"{{.State.StartedAt.UnixMilli}}"}', container.name),
    );
    const podmanMs = Number(Started) - (performance.timeOrigin + container.startedAt);
    console.log(
      `  first socket accepted ${acceptedMs.toFixed(0)} ms after podman run, of which podman took ${
        podmanMs.toFixed(0)
      }`,
    );
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    assertEquals([health.status, await health.text()], [200, "ok\n"]);
    const manifest = await image.json<Manifest>(
      (await image.manifests()).get(Deno.build.arch === "x86_64" ? "amd64" : "arm64")!,
    );
    const { config: { Healthcheck: { Test: [, ...check] } } } = await image.json<Config>(manifest.config);
    await podman.print("exec", container.name, ...check);

    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`);
    const events = new Map(["open", "message", "close"].map((type) => [type, Promise.withResolvers<Event>()]));
    for (const [type, { resolve }] of events) socket.addEventListener(type, resolve);
    await events.get("open")!.promise;
    socket.send("from outside");
    assertEquals((await events.get("message")!.promise as MessageEvent).data, "from outside");

    await podman.print("kill", "--signal=TERM", container.name);
    assertEquals((await events.get("close")!.promise as CloseEvent).code, 1012);
    assertEquals([await container.ended(), container.output().includes("stopped")], [0, true]);
  },
});

Deno.test({
  name: "in the container, a broker is found by its name: by DNS where the test may be a name server, else by hosts",
  ...requiresAll("podman", "runc"),
  async fn() {
    await image.written();
    await using podman = new Podman();
    await podman.pull(`oci:${image.layout}`);
    const name = "broker.sockeye.test";
    await using dns = Deno.uid() === 0 ? new NameServer(name) : undefined;
    using broker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const container = podman.run({
      options: [
        dns === undefined ? `--add-host=${name}:127.0.0.1` : `--dns=${dns.address}`,
        `--env=NATS_URL=nats://${name}:${broker.addr.port}`,
      ],
      args: ["--host", "127.0.0.1", "--port", "0"],
    });
    const end = container.ended().then(() => {
      throw new Error(`it ended without finding the broker:\n${container.output()}`);
    });
    const conn = await Promise.race([broker.accept(), end]);
    conn.close();
    end.catch(() => {}); // It is killed at the end of the test.
    if (dns !== undefined) assertEquals([...dns.asked], [name]);
  },
});

Deno.test({
  name: "in the container, deno trusts the certificates of the image's file, and another file that is mounted there",
  ...requiresAll("podman", "runc"),
  async fn() {
    await image.written();
    await using podman = new Podman();
    await podman.pull(`oci:${image.layout}`);
    const [cert, key] = ["cert", "key"].map((name) => `${PROJECT}tests/support/localhost_${name}.pem`);
    using server = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: await Deno.readTextFile(cert!),
      key: await Deno.readTextFile(key!),
    });
    const serving = greetEach(server);
    const code = `const conn = await Deno.connectTls({ hostname: "localhost", port: ${server.addr.port} });
      await conn.handshake(); console.log("trusted"); conn.close();`;
    const connect = async (...options: readonly string[]) => {
      const container = podman.run({ options: ["--entrypoint=/usr/bin/deno", ...options], args: ["eval", code] });
      return { code: await container.ended(), output: container.output() };
    };
    const refused = await connect();
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.output, "UnknownIssuer");
    const path = "/etc/ssl/certs/ca-certificates.crt";
    assertEquals(await connect(`--volume=${cert}:${path}:ro`), { code: 0, output: "trusted\n" });
    server.close();
    await serving;
  },
});

Deno.test({
  name: "the image has the licence of everything in it, and the bill names each",
  ...requiresAll(),
  async fn() {
    await image.written();
    const root = await image.unpacked("amd64");
    const text = (path: string) => Deno.readTextFile(`${root}/${path}`);
    const bills = await Array.fromAsync(Deno.readDir(`${image.folder}/out`), ({ name }) => name);
    const bill = bills.find((name) => name.endsWith("-amd64.cdx.json"));
    const { components } = JSON.parse(await Deno.readTextFile(`${image.folder}/out/${bill}`));
    const bundled = await text("app/THIRD_PARTY_LICENSES");
    const linked = `${root}/usr/share/licenses/sockeye/THIRD_PARTY_LICENSES`;
    assertEquals(await Deno.realPath(linked), await Deno.realPath(`${root}/app/THIRD_PARTY_LICENSES`));
    for (const { purl, name, version, licenses } of components) {
      assert(licenses?.length > 0, `the bill names no licence of ${purl}`);
      if (purl.startsWith("pkg:deb/")) assert((await text(`usr/share/doc/${name}/copyright`)).length > 0, name);
      else if (!name.startsWith("@deno/")) assertStringIncludes(bundled, `\n${name} ${version} (`);
    }
    for (const name of ["preact", "redis", "@nats-io/nats-core"]) {
      assert(components.some((own: { readonly name: string }) => own.name === name), name);
    }
    assertMatch(await text("usr/share/licenses/deno/LICENSE"), /MIT License[^]*Deno authors/);
    assertEquals(await text("usr/share/licenses/sockeye/LICENSE"), await Deno.readTextFile(`${PROJECT}LICENSE`));
    // Whatever the notices of Debian's packages point to is there.
    for await (const { name } of Deno.readDir(`${root}/usr/share/doc`)) {
      const notice = await text(`usr/share/doc/${name}/copyright`);
      for (const [path] of notice.matchAll(/(?<=\/)usr\/share\/common-licenses\/[\w.-]*\w/g)) await text(path);
    }
  },
});

Deno.test({
  name: "deno task image says what cannot be: another architecture, no routes, and a deno that is not published",
  ...requiresAll(),
  async fn() {
    const failed = async (...args: readonly string[]) => {
      try {
        return await writeImage([`--out=${image.folder}/none`, ...args]);
      } catch (error) {
        return (error as Error).message;
      }
    };
    assertStringIncludes(await failed("--arch", "x86"), 'sockeye cannot write an image: --arch: "x86" is none of');
    assertStringIncludes(await failed("--routes", `${image.folder}/no-routes`), "sockeye cannot write an image: ");
    assertStringIncludes(await failed("--deno", "0.0.0-never"), "sockeye cannot write an image: npm pack failed:");
  },
});

/** Ends the handshake of everybody who comes, until the listener is closed. */
async function greetEach(listener: Deno.TlsListener): Promise<void> {
  for await (const conn of listener) {
    await conn.handshake().catch(() => {}); // A client that does not trust us says so by going away.
    conn.close();
  }
}

/** The words of docs/IMAGE.md behind `skopeo`, for this layout and this target. */
async function documentedPush(target: string): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${PROJECT}docs/IMAGE.md`);
  const [, words] = /^skopeo (copy --all .*)$/m.exec(text) ?? [];
  assert(words !== undefined, "docs/IMAGE.md has no line that pushes with skopeo");
  return words.replace("image/layout", image.layout).replace(/(?<=docker:\/\/)\S+/, target).split(" ");
}

function startRegistry(): Promise<BrokerProcess> {
  return BrokerProcess.start({
    path: findProgram("docker-registry") ?? "docker-registry",
    args: (port, folder) => {
      const path = `${folder}/config.yml`;
      Deno.writeTextFileSync(
        path,
        `version: 0.1\nlog: { level: info }\nstorage: { filesystem: { rootdirectory: ${folder}/store } }\n` +
          `http: { addr: "127.0.0.1:${port}" }\n`,
      );
      return ["serve", path];
    },
    ready: /listening on 127\.0\.0\.1/,
  });
}
