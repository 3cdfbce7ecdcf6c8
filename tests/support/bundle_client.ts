/**
 * Bundles `lib/client` for browsers; as a program it writes the result to `lib/client/bundle.ts`.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { encodeHex } from "@std/encoding/hex";
import { PROJECT } from "./server_process.ts";

const RESULT = `${PROJECT}lib/client/bundle.ts`;

/** Members of what the client is made of, which nobody outside sees: the bundle calls them by shorter names. */
export const INTERNAL_NAMES: readonly string[] = [
  "answer",
  "ask",
  "attach",
  "begin",
  "bufferedBytes",
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
  "nudge",
  "openLink",
  "payload",
  "probe",
  "socket",
  "stop",
  "takeIn",
  "tell",
  "unanswered",
  "waitAfter",
];

/** The module that a browser gets, and the bytes by the file they come from, largest first. */
export async function clientBundle(): Promise<
  { readonly code: string; readonly inputs: ReadonlyArray<readonly [path: string, bytes: number]> }
> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: PROJECT,
    entryPoints: ["lib/client/mod.ts"],
    outfile: "client.js",
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
  const inputs = Object.entries(metafile.outputs["client.js"]!.inputs)
    .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  return { code: outputFiles[0]!.text, inputs: inputs.sort(([, a], [, b]) => b - a) };
}

/** Its length as it is sent with `Content-Encoding: gzip`, in bytes. */
export async function gzippedBytes(code: string): Promise<number> {
  const packed = new Blob([code]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

/** The text of `bundle.ts` that belongs to the sources as they are. */
export async function clientBundleSource(): Promise<string> {
  const { code } = await clientBundle();
  const hash = encodeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code))).slice(0, 16);
  const lines = code.match(/[^]{1,100}/gu)!.map((line) => `  ${JSON.stringify(line)}`);
  return `/**
 * The client as one ES module, for browsers: written by \`deno task client\`.
 *
 * @module
 */

/** The module's text. */
// deno-fmt-ignore
export const CLIENT_BUNDLE =
${lines.join(" +\n")};

/** Names the text: the beginning of its SHA-256, in hex. */
export const CLIENT_BUNDLE_HASH = "${hash}";
`;
}

if (import.meta.main) {
  await Deno.writeTextFile(RESULT, await clientBundleSource());
  const { code, inputs } = await clientBundle();
  await esbuild.stop();
  console.log(`${code.length} bytes, ${await gzippedBytes(code)} gzipped`);
  for (const [path, bytes] of inputs) console.log(String(bytes).padStart(6), path);
}
