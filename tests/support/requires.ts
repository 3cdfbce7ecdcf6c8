/**
 * Tests that need a program of somebody else: found, or skipped with a word on how to get it; in CI never skipped.
 *
 * @module
 */

/** Name of a program that some test needs. */
export type RequiredProgram = keyof typeof PROGRAMS;

/**
 * Spread into a test's definition: skips it where the program is missing and says how to install it.
 *
 * @throws {Error} where the program is missing and `SOCKEYE_REQUIRE_ALL=1` or `CI=true`; one of the extras, where
 * `SOCKEYE_REQUIRE_ALL=extras`.
 * @example
 * ```ts ignore
 * import { requires } from "./requires.ts";
 *
 * Deno.test({ name: "a page in Chromium", ...requires("chromium"), fn() {} });
 * ```
 */
export function requires(program: RequiredProgram): { readonly ignore: boolean } {
  if (findProgram(program) !== undefined) return { ignore: false };
  const advice = `${program} is missing: its tests are skipped. Install it with: ${PROGRAMS[program].install}`;
  if (mayNotSkip(PROGRAMS[program])) {
    throw new Error(`${advice} (nothing may be skipped here: CI or SOCKEYE_REQUIRE_ALL is set)`);
  }
  if (!advised.has(program)) console.warn(advice);
  advised.add(program);
  return { ignore: true };
}

/** Where the program is, as an absolute path; undefined where it is missing. Looked for once. */
export function findProgram(program: RequiredProgram): string | undefined {
  if (!found.has(program)) found.set(program, look(PROGRAMS[program]));
  return found.get(program);
}

interface Program {
  /** Names it goes by, best first. */
  readonly names: readonly string[];
  /** Arguments that make it end with 0 where it is whole. Without any it is there, for it says nothing by itself. */
  readonly proof?: readonly string[];
  readonly install: string;
  /** What a machine of CI may do without: its tests are skipped there, too, unless `SOCKEYE_REQUIRE_ALL=extras`. */
  readonly isExtra?: true;
}

/** Not every machine lets containers be run: it is whole where it can make a store for them. */
const PODMAN_PROOF = [
  "--storage-driver=overlay",
  "--root=/tmp/sockeye-podman-proof",
  "--runroot=/tmp/sockeye-podman-proof/run",
  "info",
] as const;

const PROGRAMS = {
  chromium: {
    names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    proof: ["--version"],
    install: "apt-get install chromium",
  },
  firefox: {
    names: ["firefox-esr", "firefox"],
    proof: ["--version"],
    install: "apt-get install firefox-esr",
    isExtra: true,
  },
  // WebKit as GNOME has it: its program for tests lies with the library, beside the folder of programs.
  webkit: {
    names: ["x86_64", "aarch64"].map((arch) => `../lib/${arch}-linux-gnu/webkit2gtk-4.1/MiniBrowser`),
    install: "apt-get install libwebkit2gtk-4.1-0",
    isExtra: true,
  },
  Xvfb: { names: ["Xvfb"], proof: ["-help"], install: "apt-get install xvfb", isExtra: true },
  node: { names: ["node"], proof: ["--version"], install: "apt-get install nodejs" },
  npm: { names: ["npm"], proof: ["--version"], install: "apt-get install npm" },
  "python3-websockets": {
    names: ["python3"],
    proof: ["-c", "import websockets"],
    install: "apt-get install python3-websockets",
  },
  "nats-server": { names: ["nats-server"], proof: ["--version"], install: "apt-get install nats-server" },
  "redis-server": { names: ["redis-server"], proof: ["--version"], install: "apt-get install redis-server" },
  nginx: { names: ["nginx"], proof: ["-v"], install: "apt-get install nginx-light" },
  caddy: { names: ["caddy"], proof: ["version"], install: "apt-get install caddy" },
  haproxy: { names: ["haproxy"], proof: ["-v"], install: "apt-get install haproxy" },
  prometheus: { names: ["prometheus"], proof: ["--version"], install: "apt-get install prometheus", isExtra: true },
  promtool: { names: ["promtool"], proof: ["--version"], install: "apt-get install prometheus", isExtra: true },
  "systemd-analyze": {
    names: ["systemd-analyze"],
    proof: ["--version"],
    install: "apt-get install systemd",
    isExtra: true,
  },
  "docker-compose": {
    names: ["docker-compose"],
    proof: ["version"],
    install: "apt-get install docker-compose",
    isExtra: true,
  },
  curl: { names: ["curl"], proof: ["--version"], install: "apt-get install curl" },
  openssl: { names: ["openssl"], proof: ["version"], install: "apt-get install openssl" },
  podman: { names: ["podman"], proof: PODMAN_PROOF, install: "apt-get install podman", isExtra: true },
  runc: { names: ["runc"], proof: ["--version"], install: "apt-get install runc", isExtra: true },
  skopeo: { names: ["skopeo"], proof: ["--version"], install: "apt-get install skopeo", isExtra: true },
  "docker-registry": {
    names: ["docker-registry"],
    proof: ["--version"],
    install: "apt-get install docker-registry",
    isExtra: true,
  },
  buildah: { names: ["buildah"], proof: ["--version"], install: "apt-get install buildah", isExtra: true },
  debootstrap: { names: ["debootstrap"], proof: ["--version"], install: "apt-get install debootstrap", isExtra: true },
  "systemd-nspawn": {
    names: ["systemd-nspawn"],
    proof: ["--version"],
    install: "apt-get install systemd-container",
    isExtra: true,
  },
  "qemu-aarch64": {
    names: ["qemu-aarch64-static", "qemu-aarch64"],
    proof: ["--version"],
    install: "apt-get install qemu-user-static",
    isExtra: true,
  },
  // By its own name: Ubuntu has the packages of other architectures in another archive.
  debian: {
    names: ["sh"],
    proof: ["-c", '. /etc/os-release && test "$ID" = debian'],
    install: "no program, but a Debian to work on: a container of one",
    isExtra: true,
  },
  "apt-get": { names: ["apt-get"], proof: ["--version"], install: "a Debian or Ubuntu, whose package manager it is" },
  "dpkg-deb": { names: ["dpkg-deb"], proof: ["--version"], install: "apt-get install dpkg" },
  // util-linux's: BSD's has other flags.
  script: { names: ["script"], proof: ["--version"], install: "apt-get install bsdutils" },
  cc: { names: ["cc", "gcc", "clang"], proof: ["--version"], install: "apt-get install gcc libc6-dev" },
} as const satisfies Readonly<Record<string, Program>>;

const found = new Map<RequiredProgram, string | undefined>();
const advised = new Set<RequiredProgram>();

function mayNotSkip({ isExtra }: Program): boolean {
  const required = Deno.env.get("SOCKEYE_REQUIRE_ALL");
  return isExtra === true ? required === "extras" : required !== undefined || Deno.env.get("CI") === "true";
}

function look({ names, proof }: Program): string | undefined {
  // Debian puts servers where only root's path leads.
  const path = `${Deno.env.get("PATH") ?? ""}:/usr/sbin`;
  const folders = path.split(":").filter((folder) => folder.startsWith("/"));
  const paths = names.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return paths.find((path) => isFile(path) && (proof === undefined || isWhole(path, proof)));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    // Not there, or not ours to see: the next folder of PATH is asked.
    return false;
  }
}

function isWhole(path: string, proof: readonly string[]): boolean {
  return new Deno.Command(path, { args: [...proof], stdin: "null", stdout: "null", stderr: "null" }).outputSync()
    .success;
}
