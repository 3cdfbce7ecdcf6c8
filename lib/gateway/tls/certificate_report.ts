/**
 * What there is to say of a certificate: whom it is for, how long it holds, and what its owner should do about it.
 *
 * @module
 */
import {
  type Certificate,
  CertificateError,
  type CertificateFiles,
  certificateOf,
  readTextsSync,
} from "./certificate.ts";
import { ListenError } from "../listen_error.ts";

const DAY_MS = 86_400_000;

/** So long before its end a certificate is told of. The alert of deploy/prometheus begins there too. */
export const EXPIRES_SOON_MS: number = 14 * DAY_MS;

/** For `--check`. */
export interface CertificateReport {
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly expires: string;
  /** In hexadecimal, of SHA-256. */
  readonly fingerprint: string;
  /** What clients will not like of it, and what to do. */
  readonly warnings: readonly string[];
}

/**
 * Reads certificate and key as a start does.
 *
 * @param now milliseconds since 1970.
 * @returns undefined where there is none.
 * @throws {ListenError} where they cannot be used; it names the file and what to do.
 */
export async function checkCertificate(files: CertificateFiles, now: number): Promise<CertificateReport | undefined> {
  if (files.cert === "") return undefined;
  const tls = await import("node:tls");
  let certificate: Certificate;
  try {
    certificate = certificateOf(readTextsSync(files), files, tls);
  } catch (error) {
    throw error instanceof CertificateError ? new ListenError(error.message) : error;
  }
  const { names, expiresAt, fingerprint } = certificate;
  return {
    names,
    expires: new Date(expiresAt).toISOString(),
    fingerprint,
    warnings: warningsOf(certificate, files, now),
  };
}

/** What is wrong with a certificate that can be used. */
export function warningsOf(certificate: Certificate, { cert }: CertificateFiles, now: number): readonly string[] {
  const { names, validFrom } = certificate;
  const warnings: string[] = [];
  if (names.length === 0) {
    warnings.push(`--cert ${cert} has no subject alternative name: clients will refuse it; have one made with names`);
  }
  if (validFrom > now) {
    warnings.push(
      `--cert ${cert} holds from ${new Date(validFrom).toISOString()} on: until then clients will refuse it`,
    );
  }
  const expiry = expiryWarning(certificate, cert, now);
  if (expiry !== undefined) warnings.push(expiry);
  return warnings;
}

/** Undefined while there is time. */
function expiryWarning({ expiresAt }: Certificate, cert: string, now: number): string | undefined {
  const when = new Date(expiresAt).toISOString();
  const what = "renew it; new connections get what is in the file two seconds later";
  if (expiresAt <= now) return `--cert ${cert} has expired (${when}): clients will refuse it; ${what}`;
  const days = Math.floor((expiresAt - now) / DAY_MS);
  return expiresAt - now > EXPIRES_SOON_MS ? undefined : `--cert ${cert} expires in ${daysOf(days)} (${when}): ${what}`;
}

function daysOf(count: number): string {
  if (count === 0) return "less than a day";
  return count === 1 ? "1 day" : `${count} days`;
}
