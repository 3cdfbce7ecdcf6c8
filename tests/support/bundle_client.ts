/**
 * Bundles `lib/client` for browsers, as two modules; as a program it writes them to `lib/client/bundle.ts` and
 * `lib/client/poll_bundle.ts`.
 *
 * @module
 */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import * as esbuild from "esbuild";
import { minify } from "terser";
import { encodeHex } from "@std/encoding/hex";
import { PROJECT } from "./server_process.ts";

/** One of the modules, and where it comes to stand. */
interface Bundle {
  readonly entry: string;
  /** As it is served, beside the others. */
  readonly name: string;
  /** Its text in TypeScript, and what it is called there. */
  readonly result: string;
  readonly constant: string;
  readonly what: string;
}

/** The client, and the sockets that poll, which it imports when it needs them. */
export const BUNDLES = {
  client: {
    entry: "lib/client/mod.ts",
    name: "client.js",
    result: "lib/client/bundle.ts",
    constant: "CLIENT_BUNDLE",
    what: "The client",
  },
  poll: {
    entry: "lib/client/poll_socket.ts",
    name: "poll.js",
    result: "lib/client/poll_bundle.ts",
    constant: "POLL_BUNDLE",
    what: "The sockets that poll",
  },
} as const satisfies Record<string, Bundle>;

/** What is imported when it is needed is a module of its own, beside this one. */
const apart: esbuild.Plugin = {
  name: "apart",
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const other = Object.values(BUNDLES).find(({ entry }) => `${resolveDir}/${path.slice(2)}` === PROJECT + entry);
      if (other === undefined) throw new Error(`${path} is imported when it is needed, and is no bundle: see BUNDLES`);
      return { path: `./${other.name}`, external: true };
    });
  },
};

/** Members of what the client is made of, which nobody outside sees: the bundle calls them by shorter names. */
export const INTERNAL_NAMES: readonly string[] = [
  "answer",
  "ask",
  "attach",
  "begin",
  "bufferedBytes",
  "choose",
  "cutOff",
  "detach",
  "endAll",
  "endWith",
  "ended",
  "enter",
  "fail",
  "flush",
  "hasNoHeaders",
  "hasOpened",
  "header",
  "heard",
  "heldBytes",
  "isFull",
  "isLive",
  "isReady",
  "isWritable",
  "leave",
  "moveOn",
  "nudge",
  "openLink",
  "payload",
  "probe",
  "reached",
  "socket",
  "stop",
  "takeIn",
  "tell",
  "terms",
  "unanswered",
  "waitAfter",
  "worked",
];

/** The module that a browser gets, and the bytes by the file they come from, largest first. */
export async function bundleOf({ entry, name }: Bundle): Promise<
  { readonly code: string; readonly inputs: ReadonlyArray<readonly [path: string, bytes: number]> }
> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: PROJECT,
    entryPoints: [entry],
    outfile: name,
    plugins: [apart],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    mangleProps: new RegExp(`^(?:${INTERNAL_NAMES.join("|")})$`),
    format: "esm",
    platform: "neutral",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
  });
  const inputs = Object.entries(metafile.outputs[name]!.inputs)
    .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  // esbuild puts the modules into one and shortens the names of members; terser writes the rest shorter, by 3 %.
  const { code = "" } = await minify(outputFiles[0]!.text, { module: true, ecma: 2020, compress: { passes: 3 } });
  return { code, inputs: inputs.sort(([, a], [, b]) => b - a) };
}

/** Its length as it is sent with `Content-Encoding: gzip`, in bytes. */
export async function gzippedBytes(code: string): Promise<number> {
  const packed = new Blob([code]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

/** The text of the file that belongs to the sources as they are. */
export async function bundleSource(bundle: Bundle): Promise<string> {
  const { code } = await bundleOf(bundle);
  const hash = encodeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code))).slice(0, 16);
  const lines = code.match(/[^]{1,100}/gu)!.map((line) => `  ${JSON.stringify(line)}`);
  return `/**
 * ${bundle.what} as one ES module, for browsers: written by \`deno task client\`.
 *
 * @module
 */

/** The module's text. */
// deno-fmt-ignore
export const ${bundle.constant} =
${lines.join(" +\n")};

/** Names the text: the beginning of its SHA-256, in hex. */
export const ${bundle.constant}_HASH = "${hash}";
`;
}

/**
 * The same, from a process of its own: esbuild's is still there for a moment after `stop`, and would be taken for one that
 * a test has left behind.
 */
export async function bundleSourceApart(name: keyof typeof BUNDLES): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", pathOfUrl(new URL(import.meta.url)), name],
    cwd: PROJECT,
  }).output();
  return new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
}

/** Writes the files; with the name of one, prints that instead. */
async function main(): Promise<void> {
  const [name] = Deno.args;
  for (const [key, bundle] of Object.entries(BUNDLES)) {
    if (name === key) console.log(await bundleSource(bundle));
    if (name !== undefined) continue;
    await Deno.writeTextFile(PROJECT + bundle.result, await bundleSource(bundle));
    const { code, inputs } = await bundleOf(bundle);
    console.log(`${bundle.name}: ${code.length} bytes, ${await gzippedBytes(code)} gzipped`);
    for (const [path, bytes] of inputs) console.log(String(bytes).padStart(6), path);
  }
  await esbuild.stop();
}

if (import.meta.main) await main();
