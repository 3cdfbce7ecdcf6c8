/**
 * A deployment as it travels and as it is stored.
 *
 * @module
 */

/** The bytes of a deployment. */
export interface UploadedCode {
  /** `manifest.json`, as it was signed. */
  readonly manifest: Uint8Array<ArrayBuffer>;
  /** The routes: one module, whose hash stands in the manifest. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Ed25519 over the bytes of the manifest, as base64. */
  readonly signature?: string | undefined;
}
