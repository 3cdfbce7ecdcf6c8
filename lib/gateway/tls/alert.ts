/**
 * What a client is told whose TLS handshake is refused before it was answered: TLS itself says nothing then.
 *
 * @module
 */

/** RFC 8446 §6: a record of type 21, for TLS 1.2 and later, of two bytes: fatal, and why. */
const RECORD = [21, 3, 3, 0, 2, 2] as const;

/** RFC 8446 §6.2, by the code of the error. */
const DESCRIPTIONS: Readonly<Record<string, number>> = {
  // RFC 7301 §3.2: "the server SHALL respond with a fatal no_application_protocol alert."
  ERR_SSL_NO_APPLICATION_PROTOCOL: 120,
};

const HANDSHAKE_FAILURE = 40;

/** The alert for an error of TLS, unencrypted, as it is before keys have been agreed on. */
export function alertFor(error: unknown): Uint8Array<ArrayBuffer> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return Uint8Array.of(...RECORD, DESCRIPTIONS[code] ?? HANDSHAKE_FAILURE);
}
