/**
 * Tests of the client behind trusted proxies: whose word counts, and how far.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ForwardedClient, forwardedClient } from "../../lib/gateway/forwarded.ts";
import { AddressSet } from "../../lib/gateway/ip_address.ts";
import { type FieldLine, FieldLines } from "../../lib/http/mod.ts";

const TRUSTED = new AddressSet(["10.0.0.0/8", "fd00::/8"]);
const PROXY = "10.0.0.1";
const CLIENT = "192.0.2.7";

function clientOf(lines: readonly FieldLine[], socketAddress = PROXY): ForwardedClient {
  return forwardedClient(new FieldLines(lines), socketAddress, TRUSTED);
}

function addressOf(...lines: readonly FieldLine[]): string {
  return clientOf(lines).address;
}

/** The address that `Forwarded` field lines give. */
function forwardedAddress(...values: readonly string[]): string {
  return addressOf(...values.map((value): FieldLine => ["forwarded", value]));
}

function plain(address: string): ForwardedClient {
  return { address, authority: undefined, scheme: "http" };
}

Deno.test("forwardedClient ignores every forwarded field of a client that is not trusted", () => {
  const lines: readonly FieldLine[] = [
    ["forwarded", "for=6.6.6.6;proto=https;host=evil.example"],
    ["x-forwarded-for", "6.6.6.6"],
    ["x-forwarded-proto", "https"],
    ["x-forwarded-host", "evil.example"],
  ];
  assertEquals(clientOf(lines, CLIENT), plain(CLIENT));
  assertEquals(clientOf(lines, "2001:DB8:0::1"), plain("2001:db8::1"));
  assertEquals(forwardedClient(new FieldLines(lines), PROXY, new AddressSet([])), plain(PROXY));
});

Deno.test("forwardedClient normalises the socket's address, and knows a trusted one in IPv4-mapped form", () => {
  assertEquals(clientOf([], "::ffff:192.0.2.7"), plain(CLIENT));
  assertEquals(clientOf([["x-forwarded-for", CLIENT]], "::ffff:10.0.0.1"), plain(CLIENT));
});

Deno.test("forwardedClient gives the trusted proxy itself when no field says more", () => {
  assertEquals(clientOf([]), plain(PROXY));
  for (const name of ["x-forwarded-for", "forwarded"]) {
    for (const value of ["", ",", " , ,"]) assertEquals(clientOf([[name, value]]), plain(PROXY), `${name}: ${value}`);
  }
});

Deno.test("X-Forwarded-For is walked from the right to the first address that is not trusted", () => {
  assertEquals(addressOf(["x-forwarded-for", CLIENT]), CLIENT);
  assertEquals(addressOf(["x-forwarded-for", `6.6.6.6, ${CLIENT}`]), CLIENT);
  assertEquals(addressOf(["x-forwarded-for", `10.9.9.9, ${CLIENT}, 10.0.0.3,fd00::1`]), CLIENT);
  assertEquals(addressOf(["x-forwarded-for", "6.6.6.6"], ["x-forwarded-for", CLIENT]), CLIENT);
});

Deno.test("the leftmost address is the client when all are trusted", () => {
  assertEquals(addressOf(["x-forwarded-for", "10.0.0.9, 10.0.0.2"]), "10.0.0.9");
  assertEquals(forwardedAddress("for=10.0.0.9, for=10.0.0.2"), "10.0.0.9");
});

Deno.test("X-Forwarded-For may carry ports, brackets, zones and IPv4-mapped addresses", () => {
  const written: ReadonlyArray<readonly [node: string, address: string]> = [
    ["192.0.2.7:51000", CLIENT],
    ["::ffff:192.0.2.7", CLIENT],
    ["[::ffff:192.0.2.7]:1", CLIENT],
    ["2001:DB8:0::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:51000", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
  ];
  for (const [node, address] of written) assertEquals(addressOf(["x-forwarded-for", node]), address, node);
});

Deno.test("X-Forwarded-For ends at what is no address: the last proxy that is known is the client", () => {
  const wrong = [
    "unknown",
    "_hidden",
    "localhost",
    "192.0.2",
    "192.0.2.07",
    "192.0.2.7:",
    "192.0.2.7:123456",
    "192.0.2.7:80:80",
    "[192.0.2.7]",
    "[2001:db8::1",
    "[2001:db8::1]x",
    "[]",
    '"192.0.2.7"',
    "192.0.2.7 x",
    "for=192.0.2.7",
  ];
  for (const node of wrong) {
    assertEquals(addressOf(["x-forwarded-for", `6.6.6.6, ${node}, 10.0.0.2`]), "10.0.0.2", node);
    assertEquals(addressOf(["x-forwarded-for", `6.6.6.6, ${node}`]), PROXY, node);
  }
});

Deno.test("X-Forwarded-Proto and -Host count from a trusted proxy, also without X-Forwarded-For", () => {
  const lines: readonly FieldLine[] = [["x-forwarded-proto", "https"], ["x-forwarded-host", "example.com:8443"]];
  assertEquals(clientOf(lines), { address: PROXY, authority: "example.com:8443", scheme: "https" });
  assertEquals(clientOf([...lines, ["x-forwarded-for", CLIENT]]), {
    address: CLIENT,
    authority: "example.com:8443",
    scheme: "https",
  });
});

Deno.test("X-Forwarded-Proto and -Host that proxies append belong to the addresses from the right", () => {
  const spoofed = clientOf([
    ["x-forwarded-for", `6.6.6.6, ${CLIENT}`],
    ["x-forwarded-proto", "https, http"],
    ["x-forwarded-host", "evil.example, example.com"],
  ]);
  assertEquals(spoofed, { address: CLIENT, authority: "example.com", scheme: "http" });
  const chained = clientOf([
    ["x-forwarded-for", `6.6.6.6, ${CLIENT}, 10.0.0.2`],
    ["x-forwarded-proto", "http, https, http"],
    ["x-forwarded-host", "evil.example, example.com, inner.example"],
  ]);
  assertEquals(chained, { address: CLIENT, authority: "example.com", scheme: "https" });
});

Deno.test("one X-Forwarded-Proto and -Host, overwritten on the way, serve for all the proxies", () => {
  const client = clientOf([
    ["x-forwarded-for", `${CLIENT}, 10.0.0.3, 10.0.0.2`],
    ["x-forwarded-proto", "https"],
    ["x-forwarded-host", "example.com"],
  ]);
  assertEquals(client, { address: CLIENT, authority: "example.com", scheme: "https" });
});

Deno.test("the scheme is https for https and wss in any case, else http", () => {
  for (const [proto, scheme] of [["https", "https"], ["HTTPS", "https"], ["wss", "https"], ["http", "http"]] as const) {
    assertEquals(clientOf([["x-forwarded-proto", proto]]).scheme, scheme, proto);
    assertEquals(clientOf([["forwarded", `proto=${proto}`]]).scheme, scheme, proto);
  }
  for (const proto of ["ws", "ftp", "https:", "constructor", ""]) {
    assertEquals(clientOf([["x-forwarded-proto", proto]]).scheme, "http", proto);
  }
});

Deno.test("a forwarded host that is no host[:port] does not count", () => {
  for (const host of ["a b", "user@example.com", "example.com/x", "example.com:99999", "1.2.3.400", "::1"]) {
    assertEquals(clientOf([["x-forwarded-host", host]]).authority, undefined, host);
    assertEquals(clientOf([["forwarded", `for=${CLIENT};host="${host}"`]]), plain(CLIENT), host);
  }
});

Deno.test("Forwarded gives address, scheme and host of the first proxy (RFC 7239 §4 examples)", () => {
  assertEquals(clientOf([["forwarded", "for=192.0.2.60;proto=http;by=203.0.113.43"]]), plain("192.0.2.60"));
  assertEquals(forwardedAddress("for=192.0.2.43, for=198.51.100.17"), "198.51.100.17");
  assertEquals(forwardedAddress('For="[2001:db8:cafe::17]:4711"'), "2001:db8:cafe::17");
  assertEquals(forwardedAddress('for="_gazonk"'), PROXY);
  assertEquals(clientOf([["forwarded", `for=${CLIENT};proto=https;host="example.com:8443"`]]), {
    address: CLIENT,
    authority: "example.com:8443",
    scheme: "https",
  });
});

Deno.test("Forwarded is walked from the right over all field lines, each element with what it says (RFC 7239 §7.1)", () => {
  const client = clientOf([
    ["forwarded", "for=6.6.6.6;host=evil.example;proto=http"],
    ["forwarded", `for=${CLIENT};host=example.com;proto=https, for=10.0.0.2;host=inner.example;proto=http`],
  ]);
  assertEquals(client, { address: CLIENT, authority: "example.com", scheme: "https" });
});

Deno.test("what the outermost trusted proxy leaves unsaid, the next one says", () => {
  const client = clientOf([["forwarded", `for=${CLIENT}, for=10.0.0.2;host=example.com;proto=https`]]);
  assertEquals(client, { address: CLIENT, authority: "example.com", scheme: "https" });
});

Deno.test("Forwarded takes nodes with ports, quoted and obfuscated ones (RFC 7239 §6)", () => {
  const written: ReadonlyArray<readonly [element: string, address: string]> = [
    ['for="192.0.2.7:80"', CLIENT],
    ['for="192.0.2.7:_port"', CLIENT],
    ['for="192.0.2.7"', CLIENT],
    ['for="\\1\\92.0.2.7"', CLIENT],
    ['for="[::ffff:192.0.2.7]"', CLIENT],
    ['for="[2001:db8::1]:_p-1.x"', "2001:db8::1"],
    ["FOR=192.0.2.7", CLIENT],
    ["proto=https;by=_x;for=192.0.2.7", CLIENT],
    ["for=192.0.2.7;ext=1", CLIENT],
    [";;for=192.0.2.7;", CLIENT],
    ["for=192.0.2.7 ; proto=https", CLIENT],
    ['ext="a, for=6.6.6.6;\\"";for=192.0.2.7', CLIENT],
    ['ext="ends in \\\\";for=192.0.2.7', CLIENT],
  ];
  for (const [element, address] of written) assertEquals(forwardedAddress(element), address, element);
});

Deno.test("Forwarded ends at a node that is no address; what that element says of the request counts", () => {
  for (
    const node of ["unknown", "_hidden", '"_hidden:_port"', '"2001:db8::1"', '"[2001:db8::1"', '"192.0.2.7:"', '""']
  ) {
    const client = clientOf([["forwarded", `for=6.6.6.6, for=${node};proto=https;host=example.com`]]);
    assertEquals(client, { address: PROXY, authority: "example.com", scheme: "https" }, node);
  }
  assertEquals(forwardedAddress("for=6.6.6.6, proto=https"), PROXY);
});

Deno.test("Forwarded ends at an element that is malformed, and nothing of it counts (RFC 7239 §4)", () => {
  const malformed = [
    "for=192.0.2.7:80",
    "for=[2001:db8::1]",
    "for=192.0.2.7;for=192.0.2.8",
    "for=192.0.2.7;proto=http;PROTO=https",
    "for =192.0.2.7",
    "for= 192.0.2.7",
    "for=192.0.2.7 proto=https",
    "for",
    "for=",
    "=192.0.2.7",
    "192.0.2.7",
    'for="192.0.2.7',
    'for=192.0.2.7"',
    'for="192.0.2.7"x',
    'for="192.0.2.7\\"',
    'for=""192.0.2.7""',
    "proto=https;for=(192.0.2.7)",
  ];
  for (const element of malformed) {
    assertEquals(clientOf([["forwarded", `for=6.6.6.6, ${element}, for=10.0.0.2`]]), plain("10.0.0.2"), element);
    assertEquals(clientOf([["forwarded", element]]), plain(PROXY), element);
  }
});

Deno.test("an open quote in what a client sent cannot swallow what the proxies appended", () => {
  const sent = ['for="', 'for="6.6.6.6', 'x="\\', '"', 'for="a, for=6.6.6.6;x="', "for=6.6.6.6;x=\\", ",,;;=="];
  for (const text of sent) {
    assertEquals(forwardedAddress(`${text}, for=${CLIENT}`), CLIENT, text);
    assertEquals(forwardedAddress(`${text}, for="${CLIENT}:80";x="\\"", for=10.0.0.2`), CLIENT, text);
  }
});

Deno.test("whatever a client sends, the entry of a trusted proxy decides", () => {
  const sent = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('"', "\\", ",", ";", "=", "for", "6.6.6.6", "10.0.0.9", " ", "[", "]", ":")).map((
      pieces,
    ) => pieces.join("")),
  );
  fc.assert(
    fc.property(sent, (text) => {
      assertEquals(addressOf(["x-forwarded-for", `${text}, ${CLIENT}`]), CLIENT);
      assertEquals(forwardedAddress(`${text}, for="[2001:db8::7]:80";proto=https`), "2001:db8::7");
      assertEquals(forwardedAddress(text, `for=${CLIENT}`), CLIENT);
    }),
    { numRuns: 500 },
  );
});

Deno.test("the X-Forwarded fields win over Forwarded, whole: a proxy that writes them passes a client's Forwarded on", () => {
  const client = clientOf([
    ["x-forwarded-for", CLIENT],
    ["forwarded", "for=192.0.2.99;proto=https;host=other.example"],
  ]);
  assertEquals(client, plain(CLIENT));
});
