/**
 * Tests of host and port.
 *
 * @module
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { isAuthority, isIpv4, parseAuthority } from "../../lib/http/authority.ts";

const VALID: ReadonlyArray<readonly [text: string, host: string, port: number | null]> = [
  ["example.com", "example.com", null],
  ["EXAMPLE.com:443", "example.com", 443],
  ["localhost:4000", "localhost", 4000],
  ["my_service:80", "my_service", 80],
  ["example.com.", "example.com.", null],
  ["a-b.c~d!$&'()*+,;=", "a-b.c~d!$&'()*+,;=", null],
  ["host:", "host", null],
  ["host:0", "host", 0],
  ["host:65535", "host", 65535],
  ["127.0.0.1:8080", "127.0.0.1", 8080],
  ["1a.2b", "1a.2b", null],
  ["[::1]", "[::1]", null],
  ["[::1]:4000", "[::1]", 4000],
  ["[2001:DB8:0:0:0:0:0:1]:1", "[2001:db8::1]", 1],
  ["[::ffff:192.0.2.1]", "[::ffff:c000:201]", null],
  ["xn--bcher-kva.example", "xn--bcher-kva.example", null],
];

const INVALID = [
  "",
  ":80",
  "a b",
  "a,b c",
  "user@example.com",
  "a/b",
  "a?b",
  "a#b",
  "a\\b",
  "a%41",
  "é.example",
  "host:80:90",
  "host:-1",
  "host:+1",
  "host:8a",
  "host:65536",
  "host:99999999999999999999",
  "1.2.3",
  "1.2.3.400",
  "1.2.3.4.5",
  "127.0.0.01",
  "127.1",
  "2130706433",
  "0x7f000001",
  "a.0x7f",
  "127.0.0.1.",
  "::1",
  "[::1",
  "[::1]x",
  "[]",
  "[:::1]",
  "[1:2:3:4:5:6:7]",
  "[1:2:3:4:5:6:7:8:9]",
  "[::g]",
  "[fe80::1%25eth0]",
  "[v1.x]",
  "[::1]:x",
  "[::1][::2]",
] as const;

Deno.test("parseAuthority takes names, IPv4 and IPv6 addresses and ports apart (RFC 3986 §3.2)", () => {
  for (const [text, host, port] of VALID) assertEquals(parseAuthority(text), { host, port }, text);
});

Deno.test("parseAuthority rejects what is no host and port, or not surely one (RFC 3986 §3.2, RFC 9110 §4.2)", () => {
  for (const text of INVALID) assertEquals(parseAuthority(text), null, text);
});

Deno.test("isAuthority agrees with parseAuthority", () => {
  for (const [text] of VALID) assert(isAuthority(text), text);
  for (const text of INVALID) assertFalse(isAuthority(text), text);
});

Deno.test("what isAuthority accepts can stand in a URL", () => {
  const piece = fc.constantFrom(
    "a",
    "xn--",
    "-",
    ".",
    "0",
    "1",
    "255",
    "0x",
    "f",
    "[",
    "]",
    ":",
    "::",
    "%",
    "@",
    "_",
    "A",
    "!",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      if (isAuthority(text)) assert(URL.canParse(`http://${text}/`), text);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("parseAuthority reads back every port and dotted address", () => {
  fc.assert(fc.property(fc.ipV4(), fc.nat(65_535), (host, port) => {
    assertEquals(parseAuthority(`${host}:${port}`), { host, port });
    assert(isIpv4(host));
  }));
});

Deno.test("isIpv4 accepts four decimal octets without leading zeros, nothing else", () => {
  for (const text of ["0.0.0.0", "255.255.255.255", "10.9.99.199"]) assert(isIpv4(text), text);
  for (const text of ["256.0.0.1", "1.2.3", "1.2.3.4.", "1.2.3.4.5", "01.2.3.4", "1.2.3.4\n", "127.evil.com"]) {
    assertFalse(isIpv4(text), text);
  }
});
