/**
 * Uploads that were not built: code as the builder makes it, in a few lines.
 *
 * @module
 */
import type { UploadedCode } from "../../../lib/deploy/mod.ts";
import { checkRouteModule, CONTRACT, deploymentNameOf, type Manifest, sha256 } from "../../../lib/runtime/mod.ts";

/** Code with one route at `/`, which answers `word count`. */
export function counterCode(word: string, extra = ""): string {
  return `${extra}
const counts = new Map();
const counter = {
  message(peer) {
    const count = (counts.get(peer.id) ?? 0) + 1;
    counts.set(peer.id, count);
    peer.send("${word} " + count + " " + peer.deployment);
  },
  suspend: (peer) => counts.get(peer.id),
  resume: (peer, state) => void counts.set(peer.id, state ?? 0),
};
export const routes = [{ file: "index.ts", pattern: "/", exports: { default: counter } }];
`;
}

/** The descriptors of {@linkcode counterCode}. */
const TABLE = [
  checkRouteModule({ default: { message() {}, suspend() {}, resume() {} } }, { file: "index.ts", pattern: "/" })
    .descriptor,
];

/** An upload with this code, whose manifest says what is right but for the changes. */
export async function madeUpload(
  code: string,
  changes: Partial<Manifest> = {},
): Promise<UploadedCode & { name: string }> {
  const bytes = new TextEncoder().encode(code);
  const name = await deploymentNameOf(bytes);
  const file = { file: `routes-${name}.js`, bytes: bytes.length, sha256: await sha256(bytes) };
  const manifest = { sockeye: CONTRACT, deployment: name, gateway: file, routes: file, table: TABLE, ...changes };
  return { name, manifest: new TextEncoder().encode(JSON.stringify(manifest)), code: bytes };
}

/** A pair of keys, as files have them. */
export async function keyPair(): Promise<{ readonly publicPem: string; readonly privatePem: string }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const pem = async (kind: "PUBLIC" | "PRIVATE", format: "spki" | "pkcs8", key: CryptoKey) =>
    `-----BEGIN ${kind} KEY-----\n${new Uint8Array(await crypto.subtle.exportKey(format, key)).toBase64()}\n` +
    `-----END ${kind} KEY-----\n`;
  return {
    publicPem: await pem("PUBLIC", "spki", pair.publicKey),
    privatePem: await pem("PRIVATE", "pkcs8", pair.privateKey),
  };
}
