import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as tls from "node:tls";
import { certificateOf } from "../../../lib/gateway/tls/certificate.ts";
import { checkCertificate, EXPIRES_SOON_MS, warningsOf } from "../../../lib/gateway/tls/certificate_report.ts";
import { ListenError } from "../../../lib/gateway/listen_error.ts";
import { CERT, CERT_FILE, KEY, KEY_FILE, makeCertificate } from "../../support/certificates.ts";
import { requires } from "../../support/requires.ts";

const FILES = { cert: "c.pem", key: "k.pem" };
const certificate = certificateOf({ cert: CERT, key: KEY }, FILES, tls);
const { validFrom, expiresAt } = certificate;
const RENEW = "renew it; new connections get what is in the file two seconds later";

Deno.test("warningsOf warns from fourteen days before the end on, and says how many are left", () => {
  const warned = (now: number) => warningsOf(certificate, FILES, now);
  const when = "(2126-11-05T00:38:33.000Z)";
  assertEquals(warned(expiresAt - EXPIRES_SOON_MS - 1), []);
  assertEquals(warned(expiresAt - EXPIRES_SOON_MS), [`--cert c.pem expires in 14 days ${when}: ${RENEW}`]);
  assertEquals(warned(expiresAt - 86_400_000), [`--cert c.pem expires in 1 day ${when}: ${RENEW}`]);
  assertEquals(warned(expiresAt - 1), [`--cert c.pem expires in less than a day ${when}: ${RENEW}`]);
  assertEquals(warned(expiresAt), [`--cert c.pem has expired ${when}: clients will refuse it; ${RENEW}`]);
});

Deno.test("warningsOf warns of a certificate that does not hold yet", () => {
  const [warning = "", ...others] = warningsOf(certificate, FILES, validFrom - 1);
  assertMatch(warning, /^--cert c\.pem holds from 2026-11-29T00:38:33\.000Z on: until then clients will refuse it$/);
  assertEquals(others, []);
});

Deno.test({
  name: "warningsOf warns of a certificate without a name",
  ...requires("openssl"),
  async fn() {
    const { cert, key } = await makeCertificate("nameless", { names: "" });
    const warnings = warningsOf(certificateOf({ cert, key }, FILES, tls), FILES, Date.now());
    assertEquals(warnings.length, 1);
    assertMatch(warnings[0]!, /no subject alternative name: clients will refuse it/);
  },
});

Deno.test("checkCertificate tells names and end, or what is wrong with the files; nothing where there is none", async () => {
  assertEquals(await checkCertificate({ cert: "", key: "" }, 0), undefined);
  const report = await checkCertificate({ cert: CERT_FILE, key: KEY_FILE }, expiresAt - 2 * EXPIRES_SOON_MS);
  const { names, expires, warnings, fingerprint } = report!;
  assertEquals([names, expires, warnings], [["localhost", "127.0.0.1"], "2126-11-05T00:38:33.000Z", []]);
  assertEquals(fingerprint, certificate.fingerprint);
  await assertRejects(() => checkCertificate({ cert: CERT_FILE, key: CERT_FILE }, 0), ListenError, "--key ");
  await assertRejects(() => checkCertificate({ cert: "/nowhere", key: KEY_FILE }, 0), ListenError, "no such file");
});
