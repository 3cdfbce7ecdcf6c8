/**
 * A small Debian as a folder or an archive, made by debootstrap from where apt of this machine gets its packages.
 *
 * @module
 */
import { isThere } from "../../lib/deploy/image/deno_package.ts";
import { findProgram, type RequiredProgram, requires } from "./requires.ts";
import { PROJECT } from "./server_process.ts";
import { printedBy } from "./written_image.ts";

/** Kept from run to run: a minute of work, which the same packages give again. */
const FOLDER = `${PROJECT}.tmp/debian-base`;

/** Beside what the least Debian has: for TLS, to be booted, and `kill`. */
const PACKAGES = ["ca-certificates", "procps", "systemd", "systemd-sysv"];

/** Spread into the definition of a test that needs such a base, the right of root, and these programs. */
export function requiresBase(...programs: readonly RequiredProgram[]): { readonly ignore: boolean } {
  const missing = [...programs, "apt-get", "debootstrap"] as const;
  if (missing.map((program) => requires(program).ignore).includes(true)) return { ignore: true };
  // Being root is not enough: in most containers root may mount nothing.
  const tried = new Deno.Command("unshare", { args: ["--mount", "--pid", "--fork", "true"], stderr: "null" });
  if (Deno.uid() === 0 && tried.outputSync().success) return { ignore: false };
  console.warn(
    "debootstrap needs the right of root, and to mount: its tests are skipped. Run them as root on a machine.",
  );
  return { ignore: true };
}

/** The base as a tar archive: its path. */
export async function debianBase(): Promise<string> {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(await Deno.readTextFile("/etc/os-release"))?.[1] ?? "bookworm";
  const archive = `${FOLDER}/${release}.tar`;
  if (await isThere(archive)) return archive;
  await Deno.mkdir(FOLDER, { recursive: true });
  const root = await Deno.makeTempDir({ prefix: "sockeye-base-" });
  try {
    const [program, include] = [findProgram("debootstrap")!, `--include=${PACKAGES.join(",")}`];
    await printedBy(program, ["--variant=minbase", include, release, root, await mirrorOf(release)]);
    // A folder for temporary things is its owner's alone, which the root of a system is not.
    await Deno.chmod(root, 0o755);
    await printedBy("tar", ["-C", root, "-cf", `${archive}.part`, "."]);
    // Whoever is ended before this has made nothing that looks whole.
    await Deno.rename(`${archive}.part`, archive);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return archive;
}

/** Where apt gets the packages of a release from. */
async function mirrorOf(release: string): Promise<string> {
  const targets = await printedBy("apt-get", [
    "indextargets",
    "--format",
    "$(SITE) $(RELEASE)",
    "Identifier: Packages",
  ]);
  const site = targets.split("\n").map((line) => line.split(" ")).find(([, own]) => own === release)?.[0];
  if (site === undefined) throw new Error(`apt has no source for ${release}: run apt-get update`);
  return site;
}
