/**
 * From what was built to what is uploaded: manifest and code, with the source map in it and, if need be, signed.
 *
 * @module
 */
import { type Manifest, MANIFEST_FILE, parseManifest, sha256 } from "../runtime/mod.ts";
import { sign } from "./signature.ts";
import { renamedSources, withMap } from "./source_map.ts";
import type { UploadedCode } from "./upload.ts";

/** What is uploaded, and its name. */
export interface Package {
  readonly name: string;
  readonly upload: UploadedCode;
}

/**
 * Packs a folder that was built. The source map goes into the code, so that traces name the sources:
 * `deployment:NAME/routes/echo.ts`.
 *
 * @param key a private key, PKCS #8 in PEM; undefined: it is not signed.
 * @throws {ManifestError} when nothing is built there, {TypeError} for a wrong key.
 */
export async function packed(folder: string, key?: string): Promise<Package> {
  const where = `${folder}/${MANIFEST_FILE}`;
  const built = parseManifest(await Deno.readTextFile(where), where);
  const code = await Deno.readFile(`${folder}/${built.routes.file}`);
  const map = await Deno.readTextFile(`${folder}/${built.routes.file}.map`);
  const whole = withMap(code, renamedSources(map, (source) => nameOf(source, built.deployment)));
  const manifest: Manifest = {
    ...built,
    routes: { file: built.routes.file, bytes: whole.length, sha256: await sha256(whole) },
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  const signature = key === undefined ? undefined : await sign(key, bytes);
  return { name: manifest.deployment, upload: { manifest: bytes, code: whole, signature } };
}

/** Paths that lead out of a folder which is gone would lead nowhere. */
function nameOf(source: string, deployment: string): string {
  return `deployment:${deployment}/${source.replace(/^(?:\.\.?\/)+/, "")}`;
}
