import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as tls from "node:tls";
import { CertificateError } from "../../../lib/gateway/tls/certificate.ts";
import { CertificateWatch, CHECK_INTERVAL_MS } from "../../../lib/gateway/tls/certificate_watch.ts";
import { CERT, KEY, makeCertificate } from "../../support/certificates.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { requires } from "../../support/requires.ts";
import { until } from "../../support/until.ts";

/** Files in a folder of their own, and what the log says. @param wallNow while the certificate holds. */
async function place(wallNow = () => Date.now()) {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-watch-" });
  const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  const lines: string[] = [];
  const tell = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const write = async (cert: string, key: string): Promise<void> => {
    await Deno.writeTextFile(files.cert, cert);
    await Deno.writeTextFile(files.key, key);
  };
  await write(CERT, KEY);
  const clock = new FakeClock();
  return {
    files,
    tls,
    lines,
    write,
    clock,
    time: { now: () => clock.now(), wallNow, setTimer: (call: () => void, ms: number) => clock.setTimer(call, ms) },
    log: { info: tell("info"), warn: tell("warn") },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test({
  name: "CertificateWatch takes a new certificate; half of it leaves the old one, is told once, and is looked at again",
  ...requires("openssl"),
  async fn() {
    await using here = await place();
    const { clock, lines, files } = here;
    const watch = new CertificateWatch({ ...here, clock: here.time });
    const first = watch.current;
    const other = await makeCertificate("other");
    await here.write(other.cert, KEY);
    clock.advance(CHECK_INTERVAL_MS);
    await until(() => lines.length === 1, "it is told");
    assertStringIncludes(lines[0]!, "warn the certificate has changed and cannot be used, the old one goes on: --key");
    assertEquals(watch.current, first);
    await here.write(other.cert.slice(0, 200), KEY);
    // The check before may not have set its timer yet.
    const checked = () => (clock.advance(CHECK_INTERVAL_MS), lines.length === 2);
    await until(checked, "another fault is told");
    await here.write(other.cert, other.key);
    await until(() => (clock.advance(CHECK_INTERVAL_MS), watch.current !== first), "the new one is taken");
    assertStringIncludes(lines.at(-1)!, "info new connections get the new certificate");
    assertEquals(lines.length, 3);
    await Deno.remove(files.key);
    await until(() => (clock.advance(CHECK_INTERVAL_MS), lines.length === 4), "a file that is gone is told");
    assertStringIncludes(lines[3]!, "there is no such file");
    await watch.close();
  },
});

Deno.test("CertificateWatch says which certificate is in force, and warns once when its end comes near, and once when it is there", async () => {
  const taken: number[] = [];
  const days = (count: number) => count * 86_400_000;
  const end = Date.UTC(2126, 10, 5, 0, 38, 33);
  let wall = end - days(20);
  await using here = await place(() => wall);
  const { clock } = here;
  const took = ({ expiresAt }: { readonly expiresAt: number }) => void taken.push(expiresAt);
  const watch = new CertificateWatch({ ...here, clock: here.time, took });
  assertEquals([taken, here.lines], [[end], []]);
  for (const left of [13.5, 12, 1, 0.5, -1, -2]) {
    wall = end - days(left);
    // One look, and one more that begins when it is over.
    for (let looks = 0; looks < 2; looks++) {
      await until(() => clock.pendingTimers > 0, "it waits for the next look");
      clock.advance(CHECK_INTERVAL_MS);
    }
  }
  await until(() => clock.pendingTimers > 0, "the last look is over");
  assertEquals(here.lines.map((line) => line.replace(/.*cert\.pem /, "").replace(/\(.*/, "")), [
    "expires in 13 days ",
    "has expired ",
  ]);
  await watch.close();
});

Deno.test("CertificateWatch does not begin with a certificate that cannot be used, and warns of one that has expired", async () => {
  await using here = await place(() => Date.UTC(2200, 0));
  const watch = new CertificateWatch({ ...here, clock: here.time });
  watch.close();
  assertStringIncludes(here.lines[0]!, `warn --cert ${here.files.cert} has expired (2126-`);
  await here.write("", KEY);
  assertThrows(() => new CertificateWatch(here), CertificateError, "--cert");
});
