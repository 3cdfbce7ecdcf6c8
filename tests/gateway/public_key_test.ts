/** Ed25519 public keys, as they are written. @module */
import { assertEquals } from "@std/assert";
import { publicKeyBytes } from "../../lib/gateway/public_key.ts";

/** RFC 8410 §10.1: the public key of its example. */
const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
`;
const BASE64 = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
const HEX = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

for (
  const [how, text] of [
    ["PEM", PEM],
    ["PEM with its line feeds written out", PEM.replaceAll("\n", "\\n")],
    ["base64 of the SubjectPublicKeyInfo", BASE64],
    ["base64 of the 32 bytes", Uint8Array.fromHex(HEX).toBase64()],
  ] as const
) {
  Deno.test(`publicKeyBytes reads ${how}`, () => assertEquals(publicKeyBytes(text)?.toHex(), HEX));
}

for (
  const [what, text] of [
    ["a key that is cut short", BASE64.slice(0, -8)],
    ["a key of another algorithm", BASE64.replace("K2Vw", "K2Vu")],
    ["a private key", PEM.replaceAll("PUBLIC", "PRIVATE")],
    ["words", "my key"],
    ["nothing", ""],
  ] as const
) {
  Deno.test(`publicKeyBytes does not take ${what}`, () => assertEquals(publicKeyBytes(text), undefined));
}
