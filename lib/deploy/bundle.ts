/**
 * One self-contained module out of many: what `deno task build` makes of the server and of its routes.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { isBuiltin } from "node:module";
import { messageOf } from "../route/table.ts";

/** What is to be bundled. */
export interface BundleOrder {
  /** TypeScript whose imports are to be followed. */
  readonly source: string;
  /** Where relative imports in it begin. */
  readonly folder: string;
  /** Bare names and what they stand for: paths, or `npm:name@range`. */
  readonly imports: Readonly<Record<string, string>>;
  /** Packages that others of CommonJS `require` if they are there, for what nobody here asks of them: left out. */
  readonly absent?: readonly string[];
  /** With it, what the code loads by `import()` becomes files of their own, whose names begin with this and a dash. */
  readonly parts?: string;
}

/** A bundle. */
export interface Bundle extends BundledCode {
  /** What the code imports by name from where it lies itself: all that it loads when it is asked for, and shares. */
  readonly parts: ReadonlyArray<BundledCode & { readonly file: string }>;
}

/** One file of a bundle. */
export interface BundledCode {
  readonly code: Uint8Array<ArrayBuffer>;
  /** A source map, with the sources in it. */
  readonly map: Uint8Array<ArrayBuffer>;
  /** Bytes of the code by the file they came from, as the path is relative to the working directory; largest first. */
  readonly inputs: ReadonlyArray<readonly [path: string, bytes: number]>;
}

/** The sources cannot be bundled: the message says what is wrong, and where. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

/**
 * Bundles. Nothing but `node:` is left to be imported.
 *
 * @param name of the code's file, which the map belongs to.
 * @throws {BundleError}
 */
export async function bundle(order: BundleOrder, name: string): Promise<Bundle> {
  const { parts } = order;
  // esbuild calls what comes from no file so.
  const main = parts === undefined ? name : "stdin.js";
  let result: esbuild.BuildResult<{ write: false; metafile: true }>;
  try {
    result = await esbuild.build({
      stdin: { contents: order.source, resolveDir: order.folder, sourcefile: name, loader: "ts" },
      ...(parts === undefined
        ? { outfile: name }
        : { outdir: ".", splitting: true, chunkNames: `${parts}-[name]-[hash]` }),
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["deno", "module"],
      target: "esnext",
      sourcemap: "external",
      // From `dist` to where it was built.
      sourceRoot: "../",
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: "none",
      logLevel: "silent",
      plugins: [denoImports(order)],
    });
  } catch (error) {
    throw new BundleError(problemsOf(error).join("\n"), { cause: error });
  }
  const codes = Object.keys(result.metafile.outputs).filter((file) => file.endsWith(".js")).sort();
  const others = codes.filter((file) => file !== main).map((file) => ({ file, ...codeOf(result, file) }));
  return { ...codeOf(result, main), parts: others };
}

function codeOf(
  { outputFiles, metafile }: esbuild.BuildResult<{ write: false; metafile: true }>,
  file: string,
): BundledCode {
  const output = (name: string) => outputFiles.find(({ path }) => /[^/\\]*$/.exec(path)![0] === name)!.contents.slice();
  const inputs = Object.entries(metafile.outputs[file]!.inputs).map(([path, own]) =>
    [path, own.bytesInOutput] as const
  );
  return { code: output(file), map: output(`${file}.map`), inputs: inputs.toSorted(([, a], [, b]) => b - a) };
}

/** Lets go of what bundling needs. */
export function endBundling(): Promise<void> {
  return esbuild.stop();
}

/** Resolves what Deno resolves and esbuild does not know: names of the import map, `npm:`, `node:`. */
function denoImports({ imports, absent = [] }: BundleOrder): esbuild.Plugin {
  return {
    name: "deno-imports",
    setup(build) {
      build.onResolve({ filter: /^(?:node:)?[a-z0-9_]+(?:\/[a-z0-9_]+)*$/ }, ({ path, kind }) => {
        if (!path.startsWith("node:") && (!isBuiltin(path) || Object.hasOwn(imports, path))) return undefined;
        const name = `node:${path.replace(/^node:/, "")}`;
        return kind === "require-call" ? { path: name, namespace: REQUIRED } : { path: name, external: true };
      });
      // In an ES module there is no `require` to leave as it is.
      build.onLoad({ filter: /^/, namespace: REQUIRED }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
        loader: "js",
      }));
      build.onResolve({ filter: /^(?:https?|jsr|data|blob):/ }, ({ path }) => ({
        errors: [{
          text: `"${path}" cannot be bundled: import it from a package of npm, or from a file of the project`,
        }],
      }));
      build.onResolve({ filter: /^[^./\\]/ }, async ({ path, pluginData, ...rest }) => {
        if (pluginData === MAPPED || rest.kind === "entry-point") return undefined;
        // What asks in a `try` is told that it is not there.
        if (rest.kind === "require-call" && absent.includes(path)) return { path, external: true };
        const target = imports[path] ?? path;
        const name = target.replace(/^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?/, "$1");
        if (name === path) return undefined;
        const { importer, namespace, resolveDir, kind } = rest;
        return await build.resolve(name, { importer, namespace, resolveDir, kind, pluginData: MAPPED });
      });
    },
  };
}

/** Modules of the platform that packages in CommonJS ask for. */
const REQUIRED = "required";

/** Marks what has been looked up already. */
const MAPPED = { isMapped: true };

function problemsOf(error: unknown): string[] {
  const { errors = [] } = error as Partial<esbuild.BuildFailure>;
  if (errors.length === 0) return [messageOf(error)];
  return errors.map(({ text, location }) =>
    location === null
      ? text
      : `${location.file}:${location.line}:${location.column + 1}: ${text}\n      ${location.lineText.trim()}`
  );
}
