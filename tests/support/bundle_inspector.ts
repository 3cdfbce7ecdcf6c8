/**
 * Bundles the inspector's page for browsers; as a program it writes the result to
 * `lib/observe/inspector/page_bundle.ts`.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { gzippedBytes } from "./bundle_client.ts";
import { PROJECT } from "./server_process.ts";

const RESULT = `${PROJECT}lib/observe/inspector/page_bundle.ts`;

/** The module that a browser gets. */
export async function inspectorBundle(): Promise<string> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: PROJECT,
    entryPoints: ["lib/observe/inspector/page/main.tsx"],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}

/** The text of `page_bundle.ts` that belongs to the sources as they are. */
export async function inspectorBundleSource(): Promise<string> {
  const code = await inspectorBundle();
  const lines = code.match(/[^]{1,400}/gu)!.map((line) => `  ${JSON.stringify(line)}`);
  return `/**
 * The script of the inspector's page as one ES module: written by \`deno task inspector\`.
 *
 * @module
 */

/** The module's text. */
// deno-fmt-ignore
export const PAGE_BUNDLE =
${lines.join(" +\n")};
`;
}

if (import.meta.main) {
  await Deno.writeTextFile(RESULT, await inspectorBundleSource());
  const code = await inspectorBundle();
  await esbuild.stop();
  console.log(`${code.length} bytes, ${await gzippedBytes(code)} gzipped`);
}
