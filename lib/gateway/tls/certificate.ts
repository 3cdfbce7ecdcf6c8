/**
 * A certificate and its key, out of two files: read, checked, and ready for connections; or what is wrong with which file.
 *
 * @module
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type * as NodeTls from "node:tls";
import { messageOf } from "../../route/table.ts";

/** `node:tls`, which takes 50 ms and 8 MB to load: only who serves TLS does. */
export type Tls = typeof NodeTls;

/** Where they are. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** What the files say. */
export interface CertificateTexts {
  readonly cert: string;
  readonly key: string;
}

/** What connections begin TLS with. */
export interface Certificate {
  readonly context: NodeTls.SecureContext;
  /** In hexadecimal, of SHA-256: what tells it from another one. */
  readonly fingerprint: string;
  /** Whom it is for: names and addresses of the server. */
  readonly names: readonly string[];
  /** Milliseconds since 1970, both. */
  readonly validFrom: number;
  readonly expiresAt: number;
}

/** TLS cannot be had with these files: the message names the option, the file, what is wrong, and what to do. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

const PLAIN_KEY = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/;
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** Reads both files at once, at a start. @throws {CertificateError} */
export function readTextsSync(files: CertificateFiles): CertificateTexts {
  const read = (option: Option): string => {
    try {
      return Deno.readTextFileSync(files[option]);
    } catch (error) {
      throw unreadable(option, files, error);
    }
  };
  return { cert: read("cert"), key: read("key") };
}

/** The same while the server serves. @throws {CertificateError} */
export async function readTexts(files: CertificateFiles): Promise<CertificateTexts> {
  const read = async (option: Option): Promise<string> => {
    try {
      return await Deno.readTextFile(files[option]);
    } catch (error) {
      throw unreadable(option, files, error);
    }
  };
  return { cert: await read("cert"), key: await read("key") };
}

/** Checks what was read, and makes it ready. @throws {CertificateError} */
export function certificateOf({ cert, key }: CertificateTexts, files: CertificateFiles, tls: Tls): Certificate {
  const first = leafOf(cert, files);
  const own = keyOf(key, files);
  if (!first.checkPrivateKey(own)) {
    throw new CertificateError(
      `--key ${files.key} does not match the first certificate of --cert ${files.cert}: give the key that it was made ` +
        "for; in a chain, the server's own certificate stands first",
    );
  }
  let context: NodeTls.SecureContext;
  try {
    context = tls.createSecureContext({ cert, key, minVersion: "TLSv1.2" });
  } catch (error) {
    throw wrong("cert", files, `TLS cannot be done with it and its key: ${messageOf(error)}`);
  }
  return {
    context,
    fingerprint: first.fingerprint256.replaceAll(":", "").toLowerCase(),
    names: namesOf(first),
    validFrom: Date.parse(first.validFrom),
    expiresAt: Date.parse(first.validTo),
  };
}

type Option = keyof CertificateFiles;

/** `DNS:localhost, IP Address:127.0.0.1`, as OpenSSL writes them. */
function namesOf({ subjectAltName }: X509Certificate): readonly string[] {
  return subjectAltName?.split(", ").map((name) => name.replace(/^(?:DNS|IP Address):/, "")) ?? [];
}

function leafOf(cert: string, files: CertificateFiles): X509Certificate {
  if (!cert.includes("-----BEGIN CERTIFICATE-----")) {
    throw wrong("cert", files, "it has no certificate in PEM form: -----BEGIN CERTIFICATE-----");
  }
  try {
    return new X509Certificate(cert);
  } catch (error) {
    throw wrong("cert", files, `its certificate cannot be read: ${messageOf(error)}`);
  }
}

function keyOf(key: string, files: CertificateFiles): KeyObject {
  if (ENCRYPTED_KEY.test(key)) {
    throw wrong(
      "key",
      files,
      "the key has a passphrase: give one without (openssl pkey -in with.pem -out without.pem)",
    );
  }
  if (!PLAIN_KEY.test(key)) {
    throw wrong("key", files, "it has no private key in PEM form: -----BEGIN PRIVATE KEY-----");
  }
  try {
    return createPrivateKey(key);
  } catch (error) {
    throw wrong("key", files, `its key cannot be read: ${messageOf(error)}`);
  }
}

function unreadable(option: Option, files: CertificateFiles, error: unknown): CertificateError {
  if (error instanceof Deno.errors.NotFound) return wrong(option, files, "there is no such file");
  if (error instanceof Deno.errors.NotCapable) {
    return wrong(option, files, `add it to the flags of deno: --allow-read=.,${files.cert},${files.key}`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return wrong(option, files, "the system does not let this user read it: change its owner, group or mode");
  }
  return wrong(option, files, messageOf(error));
}

function wrong(option: Option, files: CertificateFiles, what: string): CertificateError {
  return new CertificateError(`--${option} ${files[option]}: ${what}`);
}
