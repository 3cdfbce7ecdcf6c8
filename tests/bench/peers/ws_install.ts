/**
 * npm `ws` at its fastest: with its native addons, where npm can install them.
 *
 * @module
 */

/** `ws` as it was found. */
export interface FoundWs {
  /** The folder that Node resolves it from. */
  readonly from: string;
  /** Name and version, and those of the addons. */
  readonly version: string;
}

const PACKAGES = ["ws@8", "bufferutil@4", "utf-8-validate@6"] as const;

/**
 * Installs `ws` and its addons into `folder`, once. Where that fails, the project's own copy is used, without addons.
 *
 * @param project where the project's `node_modules` stands.
 */
export async function installWs(folder: string, project: string): Promise<FoundWs> {
  const installed = await found(folder);
  if (installed !== undefined) return installed;
  await Deno.mkdir(folder, { recursive: true });
  const reason = await npmInstall(folder);
  const fresh = await found(folder);
  if (fresh !== undefined) return fresh;
  const { version } = JSON.parse(await Deno.readTextFile(`${project}node_modules/ws/package.json`));
  return { from: project.replace(/\/$/, ""), version: `ws ${version} without native addons (npm: ${reason})` };
}

/** @returns why it failed; empty when it did not. */
async function npmInstall(folder: string): Promise<string> {
  // The addons come with programs built beforehand, so that no install script has to run.
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES];
  try {
    const { success, stderr } = await new Deno.Command("npm", { args, stdout: "null", stderr: "piped" }).output();
    return success ? "" : new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "not installed";
  }
}

async function found(folder: string): Promise<FoundWs | undefined> {
  const names = PACKAGES.map((name) => name.slice(0, name.indexOf("@")));
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
