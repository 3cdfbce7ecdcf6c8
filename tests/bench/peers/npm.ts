/**
 * Packages of npm that are measured, each in a folder of the benchmark's own, installed once and when they are needed.
 *
 * @module
 */

/** What stands in a folder. */
export interface FoundPackages {
  /** The folder that Node resolves them from. */
  readonly from: string;
  /** Names and versions. */
  readonly version: string;
}

/**
 * Installs packages into `folder`, unless they are there: of several who want that at the same moment one, and the others
 * wait. None of their scripts is run: what has a native part comes with it built beforehand.
 *
 * @param packages as npm takes them: `ws@8`.
 * @param npm the program.
 * @returns what stands there, or why it does not: a sentence of npm's.
 */
export async function installPackages(
  folder: string,
  packages: readonly string[],
  npm = "npm",
): Promise<FoundPackages | string> {
  await Deno.mkdir(folder, { recursive: true });
  using turn = await Deno.open(`${folder}/.turn`, { create: true, write: true });
  await turn.lock(true);
  const installed = await findPackages(folder, packages);
  if (installed !== undefined) return installed;
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", ...packages];
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(npm, { args, stdout: "null", stderr: "piped" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return `there is no ${npm} on this machine (Debian: apt-get install npm)`;
    }
    throw error;
  }
  const complaint = new TextDecoder().decode(output.stderr).split("\n").find((line) => line.startsWith("npm error"));
  return await findPackages(folder, packages) ?? complaint ?? "npm installed nothing";
}

/** What stands in `folder`, or undefined when one of the packages does not. */
export async function findPackages(folder: string, packages: readonly string[]): Promise<FoundPackages | undefined> {
  // The last @ is that of the version: a scope has one of its own.
  const names = packages.map((name) => name.slice(0, name.lastIndexOf("@")));
  try {
    const versions = names.map(async (name) => {
      const text = await Deno.readTextFile(`${folder}/node_modules/${name}/package.json`);
      return `${name} ${JSON.parse(text).version}`;
    });
    return { from: folder, version: (await Promise.all(versions)).join(", ") };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}
