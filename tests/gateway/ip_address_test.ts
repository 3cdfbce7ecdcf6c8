/**
 * Tests of IP addresses: what is one, how it is written, and which networks hold it.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isIP } from "node:net";
import {
  AddressSet,
  formatAddress,
  limitKey,
  normalizeAddress,
  parseAddress,
  parseNetwork,
} from "../../lib/gateway/ip_address.ts";

const NORMALIZED: ReadonlyArray<readonly [written: string, normalized: string]> = [
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:0201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:255.255.255.255", "255.255.255.255"],
  ["::ffff:192.0.2.1%eth0", "192.0.2.1"],
  ["::", "::"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::00a1", "2001:db8::a1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["::192.0.2.1", "::c000:201"],
  ["fe80::1%eth0", "fe80::1"],
  ["fe80::1%2", "fe80::1"],
];

const NO_ADDRESSES = [
  "",
  " ",
  "192.0.2.1 ",
  " 192.0.2.1",
  "192.0.2",
  "192.0.2.1.1",
  "192.0.2.256",
  "192.0.2.01",
  "192.0.2.-1",
  "192.0.2.0x1",
  "3221225985",
  "192.0.2.1:80",
  "192.0.2.1%eth0",
  "[::1]",
  ":",
  ":::",
  "::1::",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7:8::",
  "::12345",
  "::g",
  "192.0.2.1::",
  "::192.0.2.1:1",
  "1:2:3:4:5:6:7:192.0.2.1",
  "::ffff:192.0.2.01",
  "::ffff:192.0.2.256",
  "fe80::1%",
  "fe80::1%a b",
  "::1/128",
  "localhost",
  "unknown",
  "0".repeat(46) + "::1",
];

const octet = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
/** Many zeros, so that runs of them come up. */
const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

function hex(values: readonly number[]): string {
  return values.map((value) => value.toString(16)).join(":");
}

Deno.test("normalizeAddress writes IPv4 as it is and IPv6 as RFC 5952 §4 says, without zone, and unmaps IPv4-mapped", () => {
  for (const [written, normalized] of NORMALIZED) assertEquals(normalizeAddress(written), normalized, written);
});

Deno.test("parseAddress refuses what is not exactly one address, and normalizeAddress leaves it as it is", () => {
  for (const text of NO_ADDRESSES) {
    assertEquals(parseAddress(text), null, text);
    assertEquals(normalizeAddress(text), text);
  }
});

Deno.test("normalizeAddress is idempotent, and what it writes is the same address", () => {
  fc.assert(fc.property(groups, (values) => {
    const normalized = normalizeAddress(hex(values));
    assertEquals(normalizeAddress(normalized), normalized);
    assertEquals(parseAddress(normalized)?.groups, values);
  }));
});

Deno.test("normalizeAddress writes IPv6 as the URL standard does", () => {
  fc.assert(fc.property(groups, (values) => {
    const address = parseAddress(hex(values));
    fc.pre(address?.version === 6);
    assertEquals(`[${normalizeAddress(hex(values))}]`, new URL(`http://[${hex(values)}]`).hostname);
  }));
});

Deno.test("parseAddress knows the same addresses as node:net", () => {
  // Colons, dots and digits in any order are seldom addresses, so one character of an address is replaced too.
  const nearly = fc.tuple(fc.oneof(fc.ipV6(), fc.ipV4()), fc.nat(), fc.constantFrom("", ":", "::", ".", "0", "f", "g"))
    .map(([text, place, piece]) => {
      const at = place % text.length;
      return text.slice(0, at) + piece + text.slice(at + 1);
    });
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), nearly), (text) => {
      assertEquals(parseAddress(text) !== null, isIP(text) !== 0, text);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("formatAddress writes an IPv4-mapped address in dots", () => {
  assertEquals(formatAddress({ version: 4, groups: [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201] }), "192.0.2.1");
});

Deno.test("limitKey counts IPv4 one by one, also when it is IPv4-mapped", () => {
  assertEquals(limitKey("192.0.2.1"), "192.0.2.1");
  assertEquals(limitKey("::ffff:192.0.2.1"), "192.0.2.1");
  assertNotEquals(limitKey("::ffff:192.0.2.1"), limitKey("::ffff:192.0.2.2"));
});

Deno.test("limitKey counts the addresses of one IPv6 /64 together and those of two apart", () => {
  assertEquals(limitKey("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  assertEquals(limitKey("2001:DB8:1:2::"), "2001:db8:1:2::/64");
  assertEquals(limitKey("fe80::1%eth0"), "fe80::/64");
  assertEquals(limitKey("::1"), "::/64");
  fc.assert(fc.property(groups, groups, (one, other) => {
    fc.pre(parseAddress(hex(one))?.version === 6);
    const neighbour = [...one.slice(0, 4), 1, ...other.slice(5)];
    assertEquals(limitKey(hex(one)), limitKey(hex(neighbour)));
    const stranger = neighbour.with(3, (one[3] ?? 0) ^ 1);
    assertNotEquals(limitKey(hex(one)), limitKey(hex(stranger)));
  }));
});

Deno.test("limitKey counts what is no address as it is", () => {
  assertEquals(limitKey("unknown"), "unknown");
});

Deno.test("AddressSet holds single addresses in any spelling", () => {
  const set = new AddressSet(["192.0.2.1", "2001:DB8:0::1", "::ffff:192.0.2.9"]);
  for (const address of ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::1%1", "192.0.2.9"]) {
    assert(set.has(address), address);
  }
  for (const address of ["192.0.2.2", "2001:db8::2", "::192.0.2.1", "", "unknown", "192.0.2.1:80"]) {
    assertFalse(set.has(address), address);
  }
});

Deno.test("AddressSet holds the first and last address of a block, and not their neighbours", () => {
  const blocks: ReadonlyArray<readonly [block: string, inside: readonly string[], outside: readonly string[]]> = [
    ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]],
    ["172.16.0.0/12", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]],
    ["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]],
    ["192.0.2.1/32", ["192.0.2.1"], ["192.0.2.0", "192.0.2.2"]],
    ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1", "2001:db8::1"]],
    ["::/0", ["::", "::1", "ffff::"], ["0.0.0.0", "::ffff:192.0.2.1"]],
    ["::1/128", ["::1"], ["::", "::2"]],
    ["fe80::/10", ["fe80::", "febf:ffff::1"], ["fe7f::", "fec0::"]],
    ["2001:db8:0:1::/64", ["2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff"], ["2001:db8::", "2001:db8:0:2::"]],
    ["::ffff:10.0.0.0/104", ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.0", "::"]],
  ];
  for (const [block, inside, outside] of blocks) {
    const set = new AddressSet([block]);
    for (const address of inside) assert(set.has(address), `${address} in ${block}`);
    for (const address of outside) assertFalse(set.has(address), `${address} in ${block}`);
  }
});

Deno.test("AddressSet ignores the bits behind the prefix", () => {
  assert(new AddressSet(["10.1.2.3/8"]).has("10.200.0.1"));
});

Deno.test("AddressSet asks all its entries, and without any it is empty", () => {
  const set = new AddressSet(["192.0.2.1", "10.0.0.0/8", "fd00::/8"]);
  assert(set.has("192.0.2.1") && set.has("10.0.0.1") && set.has("fd12::1"));
  assertFalse(new AddressSet([]).has("192.0.2.1"));
});

Deno.test("AddressSet holds exactly the IPv4 addresses that share the block's first bits", () => {
  const bitsOf = (address: string): string =>
    address.split(".").map((text) => Number(text).toString(2).padStart(8, "0")).join("");
  const flipped = (address: string, bit: number): string =>
    address.split(".").map((text, at) => Number(text) ^ (at === bit >> 3 ? 0x80 >> (bit & 7) : 0)).join(".");
  fc.assert(fc.property(ipv4, fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 31 }), (base, prefix, bit) => {
    const address = flipped(base, bit);
    const shares = bitsOf(address).slice(0, prefix) === bitsOf(base).slice(0, prefix);
    assertEquals(new AddressSet([`${base}/${prefix}`]).has(address), shares, `${address} in ${base}/${prefix}`);
  }));
});

Deno.test("AddressSet names a wrong entry, what is wrong with it, and what is allowed", () => {
  const wrong: ReadonlyArray<readonly [entry: string, problem: string]> = [
    ["", '"" is not an address'],
    ["proxy", '"proxy" is not an address'],
    ["10.0.0", '"10.0.0" is not an address'],
    ["10.0.0/8", '"10.0.0" is not an address'],
    ["/8", '"" is not an address'],
    [" 10.0.0.1", '" 10.0.0.1" is not an address'],
    ["10.0.0.1:80", '"10.0.0.1:80" is not an address'],
    ["[::1]", '"[::1]" is not an address'],
    ["10.0.0.0/33", "a number from 0 to 32"],
    ["10.0.0.0/", "a number from 0 to 32"],
    ["10.0.0.0/-1", "a number from 0 to 32"],
    ["10.0.0.0/08", "a number from 0 to 32"],
    ["10.0.0.0/8/8", "a number from 0 to 32"],
    ["10.0.0.0/255.0.0.0", "a number from 0 to 32"],
    ["10.0.0.0/8 ", "a number from 0 to 32"],
    ["::/129", "a number from 0 to 128"],
    ["::ffff:10.0.0.0/8", "a number from 96 to 128"],
    ["fe80::1%eth0", "zones cannot be told apart"],
    ["fe80::%eth0/10", "zones cannot be told apart"],
  ];
  for (const [entry, problem] of wrong) {
    const { message } = assertThrows(() => new AddressSet(["10.0.0.0/8", entry]), TypeError);
    assertStringIncludes(message, `${JSON.stringify(entry)} is not an IP address or a CIDR block: `);
    assertStringIncludes(message, problem);
    assertStringIncludes(message, "Use 192.0.2.1, 10.0.0.0/8, ::1 or fd00::/8.");
  }
});

Deno.test("parseNetwork counts the prefix of an IPv4 block in the bits of the mapped form", () => {
  assertEquals(parseNetwork("10.0.0.0/8"), {
    version: 4,
    groups: [0, 0, 0, 0, 0, 0xffff, 0x0a00, 0],
    prefixBits: 104,
  });
  assertEquals(parseNetwork("::ffff:10.0.0.0/104"), parseNetwork("10.0.0.0/8"));
  assertEquals(parseNetwork("192.0.2.1").prefixBits, 128);
  assertEquals(parseNetwork("fd00::/8").prefixBits, 8);
});
