import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import * as tls from "node:tls";
import { CertificateError, certificateOf, readTexts, readTextsSync } from "../../../lib/gateway/tls/certificate.ts";
import { CERT, CERT_FILE, KEY, KEY_FILE, makeCertificate } from "../../support/certificates.ts";
import { requires } from "../../support/requires.ts";

const FILES = { cert: "c.pem", key: "k.pem" };

Deno.test("certificateOf takes a certificate and its key, and says which it is and how long it holds", () => {
  const { fingerprint, names, validFrom, expiresAt } = certificateOf({ cert: CERT, key: KEY }, FILES, tls);
  assertEquals(names, ["localhost", "127.0.0.1"]);
  assertEquals(new Date(validFrom).getUTCFullYear(), 2026);
  assertEquals([fingerprint.length, /^[\da-f]+$/.test(fingerprint)], [64, true]);
  assertEquals(new Date(expiresAt).getUTCFullYear(), 2126);
});

Deno.test("certificateOf names the option, the file and what is wrong with it", () => {
  const half = CERT.slice(0, CERT.length >> 1);
  const rows: readonly (readonly [cert: string, key: string, words: string])[] = [
    ["", KEY, "--cert c.pem: it has no certificate in PEM form"],
    [KEY, KEY, "--cert c.pem: it has no certificate in PEM form"],
    [half, KEY, "--cert c.pem: its certificate cannot be read"],
    [CERT, "", "--key k.pem: it has no private key in PEM form"],
    [CERT, CERT, "--key k.pem: it has no private key in PEM form"],
    [CERT, KEY.slice(0, KEY.length >> 1), "--key k.pem: its key cannot be read"],
    [CERT, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "--key k.pem: the key has a passphrase"],
  ];
  for (const [cert, key, words] of rows) {
    const error = assertThrows(() => certificateOf({ cert, key }, FILES, tls), CertificateError);
    assertStringIncludes(error.message, words);
  }
});

Deno.test({
  name: "certificateOf refuses the key of another certificate",
  ...requires("openssl"),
  async fn() {
    const { key } = await makeCertificate("other");
    const error = assertThrows(() => certificateOf({ cert: CERT, key }, FILES, tls), CertificateError);
    assertStringIncludes(error.message, "--key k.pem does not match the first certificate of --cert c.pem");
  },
});

Deno.test("readTexts and readTextsSync read both files, and say what is missing", async () => {
  const files = { cert: CERT_FILE, key: KEY_FILE };
  assertEquals([await readTexts(files), readTextsSync(files)], [{ cert: CERT, key: KEY }, { cert: CERT, key: KEY }]);
  const missing = { cert: CERT_FILE, key: `${KEY_FILE}.missing` };
  const words = `--key ${missing.key}: there is no such file`;
  await assertRejects(() => readTexts(missing), CertificateError, words);
  assertThrows(() => readTextsSync(missing), CertificateError, words);
});

Deno.test({
  name: "readTextsSync names the flag of deno that is missing",
  permissions: { read: [new URL("../../../", import.meta.url)] },
  fn() {
    const files = { cert: "/srv/cert.pem", key: "/srv/key.pem" };
    const words = "--cert /srv/cert.pem: add it to the flags of deno: --allow-read=.,/srv/cert.pem,/srv/key.pem";
    assertThrows(() => readTextsSync(files), CertificateError, words);
  },
});
