/**
 * Bundles the page at `/compare` for browsers; as a program it writes the result to `routes/_compare/bundle.ts`.
 *
 * @module
 */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import * as esbuild from "esbuild";
import { minify } from "terser";
import { PROJECT } from "./server_process.ts";

const RESULT = `${PROJECT}routes/_compare/bundle.ts`;

/** The page's script, the style sheet of the charts, and the script's bytes by file, largest first. */
export async function compareBundle(): Promise<
  { readonly script: string; readonly css: string; readonly inputs: ReadonlyArray<readonly [string, number]> }
> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: PROJECT,
    entryPoints: { page: "routes/_compare/browser/main.tsx", charts: "uplot/dist/uPlot.min.css" },
    outdir: "out",
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
  });
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))!.text;
  // terser writes it shorter by another 3 %.
  const { code: script = "" } = await minify(text("page.js"), { module: true, ecma: 2020, compress: { passes: 3 } });
  const inputs = Object.entries(metafile.outputs["out/page.js"]!.inputs)
    .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  return { script, css: text("charts.css"), inputs: inputs.sort(([, a], [, b]) => b - a) };
}

/** The text of `bundle.ts` that belongs to the sources as they are. */
export async function compareBundleSource(): Promise<string> {
  const { script, css } = await compareBundle();
  return `/**
 * The script of the page at \`/compare\`, and the style sheet of its charts: written by \`deno task compare\`.
 *
 * @module
 */

/** preact, uPlot, and what is in \`browser/\`. */
// deno-fmt-ignore
export const COMPARE_SCRIPT =
${literal(script)};

/** That of uPlot. */
// deno-fmt-ignore
export const CHART_CSS =
${literal(css)};
`;
}

/** A text as an expression, in lines of a bearable length. */
function literal(text: string): string {
  return text.match(/[^]{1,300}/gu)!.map((line) => `  ${JSON.stringify(line)}`).join(" +\n");
}

/** The text of `bundle.ts`, made by a process of its own: esbuild's outlives its last answer by a moment. */
export async function compareBundleSourceApart(): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", pathOfUrl(new URL(import.meta.url)), PRINT],
    cwd: PROJECT,
  }).output();
  return new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
}

const PRINT = "--print";

/** Writes the file, or prints it. */
async function main(): Promise<void> {
  const source = await compareBundleSource();
  if (Deno.args[0] === PRINT) console.log(source);
  else {
    await Deno.writeTextFile(RESULT, source);
    const { script, inputs } = await compareBundle();
    console.log(`${script.length} bytes`);
    for (const [path, bytes] of inputs) console.log(String(bytes).padStart(6), path);
  }
  await esbuild.stop();
}

if (import.meta.main) await main();
