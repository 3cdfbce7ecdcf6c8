import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  SOCKET_ADDRESS_BYTES,
} from "../../../lib/gateway/epoll/socket_address.ts";

const VECTORS: ReadonlyArray<readonly [address: string, port: number, hex: string]> = [
  ["127.0.0.1", 80, "0200" + "0050" + "7f000001" + "00".repeat(8)],
  ["255.254.253.252", 65_535, "0200" + "ffff" + "fffefdfc" + "00".repeat(8)],
  ["::1", 4000, "0a00" + "0fa0" + "00000000" + "00".repeat(15) + "01" + "00000000"],
  ["2001:db8::a:b", 1, "0a00" + "0001" + "00000000" + "20010db8000000000000" + "0000" + "000a000b" + "00000000"],
];

for (const [address, port, hex] of VECTORS) {
  Deno.test(`a socket address of ${address}, port ${port}, lies as in linux/in.h and linux/in6.h`, () => {
    const bytes = encodeSocketAddress({ address, port });
    assertEquals(bytes.toHex(), hex);
    const given = new Uint8Array(SOCKET_ADDRESS_BYTES);
    given.set(bytes);
    assertEquals(decodeSocketAddress(given), { address, port });
  });
}

Deno.test("decodeSocketAddress knows an IPv4 client of a dual-stack socket by its IPv4 address", () => {
  const bytes = encodeSocketAddress({ address: "::ffff:192.0.2.1", port: 7 });
  assertEquals(bytes.length, SOCKET_ADDRESS_BYTES);
  assertEquals(decodeSocketAddress(bytes), { address: "192.0.2.1", port: 7 });
});

Deno.test("encodeSocketAddress takes no names", () => {
  assertThrows(() => encodeSocketAddress({ address: "localhost", port: 1 }), TypeError, "localhost");
});
