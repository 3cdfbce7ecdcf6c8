/**
 * What a built deployment says of itself: `manifest.json` beside its code.
 *
 * @module
 */
import { messageOf, type RouteDescriptor } from "../route/table.ts";
import { checkTopicOptions } from "./topic_options.ts";

/** Version of what gateway and deployment agree on: the manifest, and what the code exports. */
export const CONTRACT = 1;

/** Name of the file. */
export const MANIFEST_FILE = "manifest.json";

/** One file of a deployment. */
export interface BuiltFile {
  /** Its name, without a folder. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
}

/** A plug-in that was built. */
export interface BuiltPlugin extends BuiltFile {
  readonly mount: string;
  /** As the configuration names it. */
  readonly module: string;
}

/** The manifest. */
export interface Manifest {
  /** {@linkcode CONTRACT} of whoever built it. */
  readonly sockeye: number;
  /** Name of the deployment: the first 12 digits of the hash of its route code. */
  readonly deployment: string;
  /** The server. */
  readonly gateway: BuiltFile;
  /** What the server loads beside that when it is asked for, and what that shares with it. */
  readonly parts?: readonly BuiltFile[];
  /** All routes: one module that needs nothing but `node:`. */
  readonly routes: BuiltFile;
  /** What hosts code in a worker and in a sandbox, and what keeps histories. */
  readonly hosts?: { readonly worker: BuiltFile; readonly sandbox: BuiltFile; readonly histories: BuiltFile };
  /** Plug-ins, each of them one such module. */
  readonly plugins?: readonly BuiltPlugin[];
  /** What the routes are, so that nobody has to run them to know. */
  readonly table: readonly RouteDescriptor[];
}

/** A deployment that was built cannot be served: the message says what is wrong, where, and what to do. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/**
 * Reads a manifest.
 *
 * @param where its path, for errors.
 * @throws {ManifestError}
 */
export function parseManifest(text: string, where: string): Manifest {
  const wrong = (problem: string): ManifestError =>
    new ManifestError(`${where}: ${problem}; build it anew with "deno task build"`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
  const manifest = (value ?? {}) as Partial<Manifest>;
  if (typeof manifest.sockeye !== "number") throw wrong("it is not the manifest of a Sockeye deployment");
  if (manifest.sockeye !== CONTRACT) {
    throw wrong(`it was built for contract ${manifest.sockeye}, and this server has contract ${CONTRACT}`);
  }
  if (!isFile(manifest.routes) || !isFile(manifest.gateway) || typeof manifest.deployment !== "string") {
    throw wrong("it does not name its files");
  }
  const { hosts, parts = [], plugins = [] } = manifest;
  if (!Array.isArray(parts) || !parts.every(isFile)) throw wrong("its parts are no files");
  if (hosts !== undefined && ![hosts.worker, hosts.sandbox, hosts.histories].every(isFile)) {
    throw wrong("its hosts are no files");
  }
  if (!Array.isArray(plugins) || !plugins.every(isFile)) throw wrong("its plugins are no files");
  const problem = tableProblem(manifest.table ?? []);
  if (problem !== undefined) throw wrong(problem);
  return manifest as Manifest;
}

/** What a server makes up its mind by before it runs the code. */
function tableProblem(table: unknown): string | undefined {
  if (!Array.isArray(table)) return "its table is no list of routes";
  for (const one of table) {
    const { file, hasAuthenticate = false, topics = {} } = (one ?? {}) as Partial<RouteDescriptor>;
    const where = `its route ${JSON.stringify(file)}`;
    if (typeof hasAuthenticate !== "boolean") return `${where} does not say whether it asks for a token`;
    try {
      checkTopicOptions(topics);
    } catch (error) {
      return `${where} cannot be served: ${messageOf(error)}`;
    }
  }
}

/** A name that leads out of the folder is none. */
function isFile(value: unknown): value is BuiltFile {
  const { file, bytes, sha256 } = (value ?? {}) as Partial<BuiltFile>;
  return typeof file === "string" && /^[\w-]+\.js$/.test(file) && typeof bytes === "number" &&
    typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
}

/** Digits of a hash that name a deployment. */
const NAME_DIGITS = 12;

/**
 * The name that follows from the routes' code: the first digits of its hash, without the line that says where its source
 * map is, so that the name does not depend on that.
 */
export async function deploymentNameOf(code: Uint8Array<ArrayBuffer>): Promise<string> {
  const end = code.at(-1) === LINE_FEED ? code.length - 1 : code.length;
  const lineAt = code.lastIndexOf(LINE_FEED, end - 1) + 1;
  const isLink = new TextDecoder().decode(code.subarray(lineAt, lineAt + MAP_LINK.length)) === MAP_LINK;
  return (await sha256(isLink ? code.slice(0, lineAt) : code)).slice(0, NAME_DIGITS);
}

/** What the last line of code begins with that has a source map. */
export const MAP_LINK = "//# sourceMappingURL=";

const LINE_FEED = 0x0a;

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
