/**
 * Who imports whom, as `deno info` sees it: static imports, types, and dynamic imports of literals.
 *
 * @module
 */
import type { ImportEdge } from "./floors.ts";
import { PROJECT } from "./source_file.ts";

/** The imports of these files (relative to the project) and of all that they import. */
export function importGraph(files: readonly string[]): readonly ImportEdge[] {
  const folder = Deno.makeTempDirSync({ prefix: "sockeye-imports-" });
  try {
    const entry = `${folder}/entry.ts`;
    const imports = files.map((file) => `import ${JSON.stringify(new URL(file, PROJECT).href)};\n`);
    Deno.writeTextFileSync(entry, imports.join(""));
    return edgesOf(describe(entry));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

interface GraphDependency {
  readonly specifier: string;
  readonly code?: ResolvedSpecifier;
  readonly type?: ResolvedSpecifier;
}

interface ResolvedSpecifier {
  readonly specifier?: string;
  readonly error?: string;
  readonly span?: { readonly start: { readonly line: number } };
}

interface Graph {
  readonly modules: ReadonlyArray<{
    readonly specifier: string;
    readonly dependencies?: readonly GraphDependency[];
  }>;
}

function describe(entry: string): Graph {
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--config", new URL("deno.json", PROJECT).pathname, entry],
    env: { NO_COLOR: "1" },
  }).outputSync();
  if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

function edgesOf({ modules }: Graph): readonly ImportEdge[] {
  return modules.flatMap(({ specifier, dependencies = [] }) => {
    if (!specifier.startsWith(PROJECT.href)) return [];
    const file = relative(specifier);
    return dependencies.map((dependency) => {
      const { specifier: target, span, error } = dependency.code ?? dependency.type ?? {};
      if (target === undefined) throw new Error(`${file} imports "${dependency.specifier}": ${error ?? "unresolved"}`);
      return { file, line: (span?.start.line ?? 0) + 1, specifier: dependency.specifier, target: relative(target) };
    });
  });
}

function relative(specifier: string): string {
  return specifier.startsWith(PROJECT.href) ? decodeURI(specifier.slice(PROJECT.href.length)) : specifier;
}
