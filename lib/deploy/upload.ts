/**
 * A deployment as it travels and as it is stored: read within bounds, and refused unless it is whole and what it says.
 *
 * @module
 */
import { deploymentNameOf, type Manifest, ManifestError, parseManifest, sha256 } from "../runtime/mod.ts";
import { readBody } from "./request_body.ts";
import { RequestError } from "./request_error.ts";
import { isSigned } from "./signature.ts";

/** The bytes of a deployment. */
export interface UploadedCode {
  /** `manifest.json`, as it was signed. */
  readonly manifest: Uint8Array<ArrayBuffer>;
  /** The routes: one module, whose hash stands in the manifest. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Ed25519 over the bytes of the manifest, as base64. */
  readonly signature?: string | undefined;
}

/** Names of the parts of the body. */
const PARTS = ["manifest", "routes", "signature"] as const;

/**
 * Reads an upload: `multipart/form-data` with the parts `manifest`, `routes` and, where it is signed, `signature`.
 *
 * @param maxBytes of the body.
 * @throws {RequestError} 413, 415 or 400; also when the connection ends before the body does.
 */
export async function readUpload(request: Request, maxBytes: number): Promise<UploadedCode> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new RequestError(415, "a deployment is uploaded as multipart/form-data, with the parts manifest and routes");
  }
  const body = await bodyOf(request, maxBytes);
  let form: FormData;
  try {
    form = await new Response(body, { headers: { "content-type": type } }).formData();
  } catch (cause) {
    throw new RequestError(400, "the body is no multipart/form-data, or not all of it", cause);
  }
  for (const name of form.keys()) {
    if (!(PARTS as readonly string[]).includes(name)) {
      throw new RequestError(400, `there is a part ${JSON.stringify(name)}: the parts are ${PARTS.join(", ")}`);
    }
  }
  const signature = form.get("signature");
  return {
    manifest: await partOf(form, "manifest"),
    code: await partOf(form, "routes"),
    signature: signature === null ? undefined : (await textOf(signature)).trim(),
  };
}

/** The body of an upload. */
export function encodeUpload({ manifest, code, signature }: UploadedCode): FormData {
  const form = new FormData();
  form.set("manifest", new Blob([manifest], { type: "application/json" }), "manifest.json");
  form.set("routes", new Blob([code], { type: "text/javascript" }), "routes.js");
  if (signature !== undefined) form.set("signature", signature);
  return form;
}

/**
 * Whether an upload is what it says it is.
 *
 * @param key that it must be signed for; empty: it need not be.
 * @throws {RequestError} 403 for the signature, 400 for anything else.
 */
export async function checkUpload({ manifest: bytes, code, signature }: UploadedCode, key: string): Promise<Manifest> {
  // First: nobody reads what strangers wrote.
  if (key !== "") await checkSignature(bytes, signature, key);
  let manifest: Manifest;
  try {
    manifest = parseManifest(new TextDecoder().decode(bytes), "manifest");
  } catch (error) {
    if (error instanceof ManifestError) throw new RequestError(400, error.message, error);
    throw error;
  }
  if (code.length !== manifest.routes.bytes || await sha256(code) !== manifest.routes.sha256) {
    throw new RequestError(
      400,
      `routes: the manifest says ${manifest.routes.bytes} bytes with the SHA-256 ${manifest.routes.sha256}, and what ` +
        `came are other ${code.length} bytes: upload it again`,
    );
  }
  const name = await deploymentNameOf(code);
  if (name !== manifest.deployment) {
    throw new RequestError(400, `manifest: this code is the deployment ${name}, not ${manifest.deployment}`);
  }
  return manifest;
}

async function checkSignature(
  bytes: Uint8Array<ArrayBuffer>,
  signature: string | undefined,
  key: string,
): Promise<void> {
  if (signature === undefined) {
    throw new RequestError(403, "this server takes signed deployments only (deployKey): deploy with --sign KEYFILE");
  }
  if (!await isSigned(key, bytes, signature)) {
    throw new RequestError(403, "the signature is not by the key of this server (deployKey), or not of this manifest");
  }
}

async function bodyOf(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLong =
    `a deployment may have ${maxBytes} bytes here: raise --max-deployment-bytes, or take less into the bundle`;
  try {
    return await readBody(request, maxBytes, tooLong);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "the connection ended before the upload did", error);
  }
}

async function partOf(form: FormData, name: typeof PARTS[number]): Promise<Uint8Array<ArrayBuffer>> {
  const part = form.get(name);
  if (part === null) throw new RequestError(400, `the part ${name} is missing`);
  return typeof part === "string" ? new TextEncoder().encode(part) : new Uint8Array(await part.arrayBuffer());
}

function textOf(part: FormDataEntryValue): string | Promise<string> {
  return typeof part === "string" ? part : part.text();
}
