/** Headers: the three length forms, and whole frames. @module */
import { assertEquals, assertThrows } from "@std/assert";
import {
  encodeFrame,
  headerBytes,
  lengthFormBytes,
  MAX_SERVER_HEADER_BYTES,
  readLength,
  writeHeader,
} from "../../lib/frame/header.ts";
import { ProtocolError } from "../../lib/frame/violation.ts";

function header(payloadBytes: number): string {
  const out = new Uint8Array(16).fill(0xaa);
  const end = writeHeader(out, 3, 0x82, payloadBytes);
  assertEquals([out.subarray(0, 3).toHex(), out.subarray(end).toHex()], ["aaaaaa", "aa".repeat(16 - end)]);
  return out.subarray(3, end).toHex();
}

Deno.test("writeHeader uses the shortest of the three length forms (RFC 6455 §5.2)", () => {
  assertEquals([0, 1, 125].map(header), ["8200", "8201", "827d"]);
  assertEquals([126, 255, 256, 65535].map(header), ["827e007e", "827e00ff", "827e0100", "827effff"]);
  assertEquals(header(65536), "827f0000000000010000");
});

Deno.test("writeHeader writes lengths above 2^32 without losing a bit (RFC 6455 §5.2)", () => {
  assertEquals(header(2 ** 31), "827f0000000080000000");
  assertEquals(header(2 ** 32 - 1), "827f00000000ffffffff");
  assertEquals(header(2 ** 32), "827f0000000100000000");
  assertEquals(header(Number.MAX_SAFE_INTEGER), "827f001fffffffffffff");
});

Deno.test("headerBytes is what writeHeader writes", () => {
  for (const payloadBytes of [0, 125, 126, 65535, 65536, 2 ** 40]) {
    assertEquals(headerBytes(payloadBytes), header(payloadBytes).length / 2);
  }
  assertEquals(headerBytes(Number.MAX_SAFE_INTEGER), MAX_SERVER_HEADER_BYTES);
});

Deno.test("encodeFrame writes FIN, the reserved bits, the opcode and the masking key where RFC 6455 §5.2 has them", () => {
  const payload = Uint8Array.of(1, 2, 3, 4, 5);
  assertEquals(encodeFrame({ opcode: 0x2, payload }).toHex(), "82050102030405");
  assertEquals(encodeFrame({ opcode: 0x1, payload, fin: false, rsv: 4 }).toHex(), "41050102030405");
  const maskKey = Uint8Array.of(0xff, 0, 0xff, 0, 9);
  assertEquals(encodeFrame({ opcode: 0xa, payload, rsv: 3, maskKey }).toHex(), "ba85ff00ff00fe02fc04fa");
});

Deno.test("encodeFrame leaves payload and key as they were", () => {
  const payload = new Uint8Array(200).fill(7);
  const maskKey = Uint8Array.of(1, 2, 3, 4);
  encodeFrame({ opcode: 0x2, payload, maskKey });
  assertEquals([payload.every((byte) => byte === 7), maskKey.toHex()], [true, "01020304"]);
});

Deno.test("readLength reads what writeHeader wrote, wherever it stands, and lengthFormBytes how long that is", () => {
  for (const payloadBytes of [0, 125, 126, 65_535, 65_536, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const out = new Uint8Array(16);
    const end = writeHeader(out, 3, 0x82, payloadBytes);
    assertEquals([readLength(out, 3), lengthFormBytes(out[4]!)], [payloadBytes, end - 3]);
  }
});

Deno.test("readLength refuses a length that is not in its shortest form, or negative (RFC 6455 §5.2)", () => {
  const violationOf = (hex: string) =>
    assertThrows(() => readLength(Uint8Array.fromHex(hex), 0), ProtocolError).violation;
  assertEquals(violationOf("827e007d"), "LENGTH_NOT_MINIMAL");
  assertEquals(violationOf("827f000000000000ffff"), "LENGTH_NOT_MINIMAL");
  assertEquals(violationOf("827f8000000000000000"), "LENGTH_NEGATIVE");
});
