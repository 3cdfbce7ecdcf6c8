/** Signatures: of the right key over the right bytes, and of no others. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { isSigned, sign } from "../../lib/deploy/signature.ts";
import { keyPair } from "./support/made_upload.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("isSigned knows the signature of RFC 8032 §7.1, test 3", async () => {
  const key = Uint8Array.fromHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025").toBase64();
  const signature = Uint8Array.fromHex(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ).toBase64();
  assertEquals(await isSigned(key, Uint8Array.fromHex("af82"), signature), true);
  assertEquals(await isSigned(key, Uint8Array.fromHex("af83"), signature), false);
});

/** `openssl genpkey -algorithm ed25519`, and its public half by `openssl pkey -pubout`: for this test alone. */
const OPENSSL = {
  key: `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJLlu2bvU2Umvu4tcqOIB5c+J6tvj1uofnlZViGyHq7J
-----END PRIVATE KEY-----
`,
  publicKey: `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEACHanSK1eQ8gQatEdqWjappwTb7yG7K2aV+SkyR5djI4=
-----END PUBLIC KEY-----
`,
  // openssl pkeyutl -sign -rawin of {"sockeye":1}
  signature: "Lfm5vTMAGCZzng6aYj7Zrkp+AU1tXUl7B3ayvYSNDL6EEsN4uUyIboDwfDz74J6FKdRt3gY4/RftettSn4IKAQ==",
};

Deno.test("keys and signatures are those of OpenSSL", async () => {
  const manifest = bytes('{"sockeye":1}');
  // RFC 8032 §5.1.6: the signature follows from key and message.
  assertEquals(await sign(OPENSSL.key, manifest), OPENSSL.signature);
  assertEquals(await isSigned(OPENSSL.publicKey, manifest, OPENSSL.signature), true);
});

Deno.test("sign makes what isSigned takes, for that key and those bytes alone", async () => {
  const [ours, theirs] = [await keyPair(), await keyPair()];
  const signature = await sign(ours.privatePem, bytes("manifest"));
  assertEquals(await isSigned(ours.publicPem, bytes("manifest"), signature), true);
  assertEquals(await isSigned(ours.publicPem, bytes("manifesT"), signature), false);
  assertEquals(await isSigned(theirs.publicPem, bytes("manifest"), signature), false);
});

for (const signature of ["", "AAAA", "no base64!", "A".repeat(86) + "=="]) {
  Deno.test(`isSigned refuses ${JSON.stringify(signature.slice(0, 12))}`, async () => {
    assertEquals(await isSigned((await keyPair()).publicPem, bytes("x"), signature), false);
  });
}

Deno.test("isSigned does not go on with a key that is none", async () => {
  await assertRejects(() => isSigned("", bytes("x"), "AAAA"), TypeError, "no Ed25519 public key");
});

Deno.test("sign says what a key must be, and how to make one", async () => {
  const { publicPem } = await keyPair();
  for (const pem of ["", publicPem, publicPem.replaceAll("PUBLIC", "PRIVATE")]) {
    await assertRejects(() => sign(pem, bytes("x")), TypeError, "openssl genpkey -algorithm ed25519");
  }
});
