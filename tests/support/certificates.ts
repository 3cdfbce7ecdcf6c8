/**
 * Certificates for tests: one that is there, and others made by openssl when they are needed.
 *
 * @module
 */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";

const HERE = pathOfUrl(new URL(".", import.meta.url));

/** Where the certificate of localhost and 127.0.0.1 is, signed by itself, and its key. */
export const CERT_FILE = `${HERE}localhost_cert.pem`;
export const KEY_FILE = `${HERE}localhost_key.pem`;

export const CERT: string = Deno.readTextFileSync(CERT_FILE);
export const KEY: string = Deno.readTextFileSync(KEY_FILE);

/** A server inherits the environment of the tests, and speaks TLS then: `deno task test:tls`. */
export const IS_TLS = (Deno.env.get("SOCKEYE_CERT") ?? "") !== "";

/** A new certificate of localhost, with its own key, as PEM. */
export async function makeCertificate(
  name: string,
  { days = 90, names = "DNS:localhost,IP:127.0.0.1" }: { readonly days?: number; readonly names?: string } = {},
): Promise<{ readonly cert: string; readonly key: string }> {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-certificate-" });
  try {
    const { success, stderr } = await new Deno.Command("openssl", {
      args: [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        ...["-days", String(days)],
        ...["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`, "-subj", `/CN=${name}`],
        ...["-addext", "basicConstraints=critical,CA:FALSE"],
        ...(names === "" ? [] : ["-addext", `subjectAltName=${names}`]),
      ],
      stdin: "null",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const read = (file: string) => Deno.readTextFile(`${folder}/${file}`);
    return { cert: await read("cert.pem"), key: await read("key.pem") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
