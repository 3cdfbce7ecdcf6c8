/**
 * The real image, as `deno task image` writes it: once for all tests of a file.
 *
 * @module
 */
import { unpackTar } from "modern-tar";
import { gunzipSync } from "node:zlib";
import { sha256 } from "../../lib/runtime/mod.ts";
import { PROJECT } from "./server_process.ts";

/** Programs that writing an image takes. */
export const IMAGE_PROGRAMS = ["npm", "apt-get", "dpkg-deb", "debian"] as const;

/** A reference in a layout. */
export interface Reference {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string };
}

/** A folder of its own for what tests write; gone when told. */
export class WrittenImage {
  readonly folder: string = Deno.makeTempDirSync({ prefix: "sockeye-image-" });
  #written: Promise<string> | undefined;
  readonly #unpacked = new Map<string, Promise<string>>();

  /** Where the layout is. */
  get layout(): string {
    return `${this.folder}/out/layout`;
  }

  /** Has it written, the first time, and resolves to what the command printed. */
  written(): Promise<string> {
    this.#written ??= writeImage(["--out", `${this.folder}/out`]);
    return this.#written;
  }

  /** What a reference leads to. @throws {Error} when size or hash is another. */
  async blob({ digest, size }: Reference): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await Deno.readFile(`${this.layout}/blobs/${digest.replace(":", "/")}`);
    if (bytes.length !== size) throw new Error(`${digest} has ${bytes.length} bytes, not ${size}`);
    if (`sha256:${await sha256(bytes)}` !== digest) throw new Error(`${digest} is not the hash of its bytes`);
    return bytes;
  }

  /** What a reference leads to, which is JSON. */
  async json<Value>(reference: Reference): Promise<Value> {
    return JSON.parse(new TextDecoder().decode(await this.blob(reference)));
  }

  /** The manifests behind the index, by architecture. */
  async manifests(): Promise<ReadonlyMap<string, Reference>> {
    const { manifests: [top] } = JSON.parse(await Deno.readTextFile(`${this.layout}/index.json`));
    const { manifests } = await this.json<{ readonly manifests: readonly Reference[] }>(top);
    return new Map(manifests.map((reference) => [reference.platform!.architecture, reference]));
  }

  /** Has the files of an image in a folder, and resolves to its path. Nothing in it belongs to anybody else. */
  unpacked(architecture: string): Promise<string> {
    const folder = this.#unpacked.get(architecture) ?? this.#unpack(architecture);
    this.#unpacked.set(architecture, folder);
    return folder;
  }

  async #unpack(architecture: string): Promise<string> {
    const folder = `${this.folder}/${architecture}`;
    const { layers } = await this.json<{ readonly layers: readonly Reference[] }>(
      (await this.manifests()).get(architecture)!,
    );
    for (const layer of layers) {
      for (const { header, data } of await unpackTar(new Uint8Array(gunzipSync(await this.blob(layer))))) {
        const path = `${folder}/${header.name}`;
        if (header.type === "directory") await Deno.mkdir(path, { recursive: true });
        else if (header.type === "symlink") await Deno.symlink(header.linkname!, path);
        else await Deno.writeFile(path, data!, { mode: header.mode! });
      }
    }
    return folder;
  }

  remove(): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** `deno task image`, with the packages that were fetched before, and what it printed. @throws {Error} when it fails. */
export async function writeImage(args: readonly string[]): Promise<string> {
  return await printedBy(Deno.execPath(), ["task", "--quiet", "image", ...args], PROJECT);
}

/** What a program printed. @throws {Error} when it fails. */
export async function printedBy(program: string, args: readonly string[], folder?: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    ...(folder === undefined ? {} : { cwd: folder }),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [printed, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`${program} ${args.join(" ")} failed:\n${printed}${complained}`);
  return printed!;
}
