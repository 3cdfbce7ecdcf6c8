/**
 * What a built deployment says of itself: `manifest.json` beside its code.
 *
 * @module
 */
import type { RouteDescriptor } from "../route/table.ts";

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

/** The manifest. */
export interface Manifest {
  /** {@linkcode CONTRACT} of whoever built it. */
  readonly sockeye: number;
  /** Name of the deployment: the first 12 digits of the hash of its route code. */
  readonly deployment: string;
  /** The server. */
  readonly gateway: BuiltFile;
  /** All routes: one module that needs nothing but `node:`. */
  readonly routes: BuiltFile;
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
  return manifest as Manifest;
}

/** A name that leads out of the folder is none. */
function isFile(value: unknown): value is BuiltFile {
  const { file, bytes, sha256 } = (value ?? {}) as Partial<BuiltFile>;
  return typeof file === "string" && /^[\w-]+\.js$/.test(file) && typeof bytes === "number" &&
    typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
