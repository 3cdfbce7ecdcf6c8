import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProxyHeader, ProxyHeaderError } from "../../lib/http/proxy_header.ts";

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const HTTP = "GET / HTTP/1.1\r\n\r\n";

const latin1 = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

function v2(command: number, family: number, body: readonly number[], byteLength = body.length): number[] {
  return [...SIGNATURE, command, family, byteLength >> 8, byteLength & 0xff, ...body];
}

const V4 = [192, 0, 2, 7, 10, 0, 0, 1, 0xdc, 0x04, 0x01, 0xbb];
const V6 = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0xdc, 0x04, 0x01, 0xbb],
];
/** PP2_TYPE_AUTHORITY, and a checksum that is wrong. */
const TLVS = [0x02, 0, 3, 97, 98, 99, 0x03, 0, 4, 1, 2, 3, 4];

interface Outcome {
  readonly end: number;
  readonly source?: unknown;
  readonly fault?: string;
}

/** Takes the bytes in pieces that begin at these offsets. */
function read(bytes: readonly number[], cuts: readonly number[] = []): Outcome {
  const header = new ProxyHeader();
  const all = Uint8Array.from(bytes);
  let at = 0;
  try {
    for (const cut of [...cuts].sort((a, b) => a - b).concat(all.length)) {
      if (header.isWhole || cut <= at) continue;
      const end = header.push(all, at, cut);
      assert(end === cut || header.isWhole);
      at = end;
    }
  } catch (error) {
    if (!(error instanceof ProxyHeaderError)) throw error;
    return { end: -1, fault: error.message };
  }
  return { end: header.isWhole ? at : -1, source: header.source };
}

const GOOD: readonly (readonly [name: string, header: readonly number[], source: unknown])[] = [
  ["v1 TCP4", latin1("PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n"), { address: "192.0.2.7", port: 56324 }],
  ["v1 TCP6", latin1("PROXY TCP6 2001:db8::7 ::1 0 65535\r\n"), { address: "2001:db8::7", port: 0 }],
  ["v1 UNKNOWN", latin1("PROXY UNKNOWN\r\n"), undefined],
  ["v1 UNKNOWN with what is to be ignored", latin1("PROXY UNKNOWN ffff::1 a b c\r\n"), undefined],
  ["v2 TCP over IPv4", v2(0x21, 0x11, V4), { address: "192.0.2.7", port: 56324 }],
  ["v2 TCP over IPv6", v2(0x21, 0x21, V6), { address: "2001:db8:0:0:0:0:0:7", port: 56324 }],
  ["v2 with TLVs", v2(0x21, 0x11, [...V4, ...TLVS]), { address: "192.0.2.7", port: 56324 }],
  ["v2 with many TLVs", v2(0x21, 0x21, [...V6, ...new Array(4060).fill(1)]), {
    address: "2001:db8:0:0:0:0:0:7",
    port: 56324,
  }],
  ["v2 LOCAL", v2(0x20, 0x00, []), undefined],
  ["v2 LOCAL with what is to be ignored", v2(0x20, 0x11, [1, 2, 3]), undefined],
  ["v2 UNSPEC", v2(0x21, 0x00, TLVS), undefined],
  ["v2 of a Unix socket", v2(0x21, 0x31, new Array(216).fill(47)), undefined],
];

const BAD: readonly (readonly [name: string, header: readonly number[], words: string])[] = [
  ["HTTP", latin1(HTTP), "does not begin with a PROXY header"],
  ["POST, which begins alike", latin1("POST / HTTP/1.1\r\n"), "does not begin with a PROXY header"],
  ["TLS", [0x16, 3, 1], "does not begin with a PROXY header"],
  ["another word", latin1("PROXYTCP4 1.2.3.4"), "does not begin with a PROXY header"],
  ["a v2 signature that is not whole", [...SIGNATURE.slice(0, 11), 0x0b], "does not begin with a PROXY header"],
  ["a line of 108 bytes", latin1(`PROXY UNKNOWN ${"x".repeat(92)}\r\n`), "longer than 107 bytes"],
  ["LF without CR", latin1("PROXY UNKNOWN\n"), "stands alone"],
  ["CR without LF", latin1("PROXY UNKNOWN\rx"), "stands alone"],
  ["a protocol that is none", latin1("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n"), "is not valid"],
  ["an address of the other family", latin1("PROXY TCP4 ::1 ::1 1 1\r\n"), "is not valid"],
  ["leading zeros", latin1("PROXY TCP4 192.0.02.7 1.2.3.4 1 1\r\n"), "is not valid"],
  ["a port out of range", latin1("PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n"), "is not valid"],
  ["a port with a leading zero", latin1("PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n"), "is not valid"],
  ["a missing port", latin1("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), "is not valid"],
  ["two spaces", latin1("PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n"), "is not valid"],
  ["version 1 in the form of 2", v2(0x11, 0x11, V4), "has version 1"],
  ["a command that is none", v2(0x22, 0x11, V4), "unknown command 2"],
  ["addresses that are cut", v2(0x21, 0x11, V4.slice(1)), "too short for its addresses"],
  ["more than is read", v2(0x21, 0x11, [], 4097), "4097 bytes, more than 4096"],
];

for (const [name, header, source] of GOOD) {
  Deno.test(`ProxyHeader takes ${name}, and leaves the client's bytes`, () => {
    assertEquals(read([...header, ...latin1(HTTP)]), { end: header.length, source });
    const part = new ProxyHeader();
    part.push(Uint8Array.from(header), 0, header.length - 1);
    assertFalse(part.isWhole);
  });
}

for (const [name, header, words] of BAD) {
  Deno.test(`ProxyHeader refuses ${name}`, () => {
    assertStringIncludes(read(header).fault ?? "", words);
  });
}

Deno.test("ProxyHeader takes a line of 107 bytes, the longest", () => {
  const line = latin1(`PROXY UNKNOWN ${"x".repeat(91)}\r\n`);
  assertEquals([line.length, read(line)], [107, { end: 107, source: undefined }]);
});

Deno.test("ProxyHeader: any re-chunking gives the same result", () => {
  const inputs = [...GOOD, ...BAD].map(([, header]) => [...header, ...latin1(HTTP)]);
  const cut = fc.array(fc.nat(260), { maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...inputs), cut, (bytes, cuts) => {
      assertEquals(read(bytes, cuts), read(bytes));
      assertEquals(read(bytes, bytes.map((_, at) => at)), read(bytes));
    }),
    { numRuns: 300 },
  );
});

Deno.test("ProxyHeader: whatever comes, it is whole, refused, or bounded", () => {
  const start = fc.constantFrom<number[]>([], SIGNATURE, latin1("PROXY "), latin1("PROXY TCP4 "), [...SIGNATURE, 0x21]);
  fc.assert(fc.property(start, fc.uint8Array({ minLength: 5000, maxLength: 5000 }), (first, rest) => {
    const { end, fault } = read([...first, ...rest]);
    assert(fault !== undefined || (end > 0 && end <= 16 + 4096));
  }));
});

Deno.test("ProxyHeader reads a part of an array", () => {
  const bytes = Uint8Array.from([1, 2, ...latin1("PROXY UNKNOWN\r\n"), 3]);
  const header = new ProxyHeader();
  assertEquals([header.push(bytes, 2, bytes.length), header.isWhole], [17, true]);
  assertThrows(() => new ProxyHeader().push(bytes, 0, 2), ProxyHeaderError);
});
