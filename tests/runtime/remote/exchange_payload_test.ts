import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { packExchange, unpackExchange } from "../../../lib/runtime/remote/exchange_payload.ts";
import { WireError } from "../../../lib/runtime/remote/wire.ts";

const CALL = { route: 1, method: "POST", url: "http://a/", headers: [], params: {}, remoteAddress: "", hasBody: true };

Deno.test("unpackExchange gives back what was packed, wherever it lies, and keeps nothing of the buffer", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(9), (body, at) => {
    const packed = packExchange(CALL, body);
    const bytes = new Uint8Array(at + packed.length + 7).fill(0xee);
    bytes.set(packed, at);
    const unpacked = unpackExchange(bytes, at, at + packed.length);
    bytes.fill(0);
    assertEquals([unpacked.call, [...unpacked.body]], [CALL, [...body]]);
  }));
});

Deno.test("unpackExchange refuses what is none", () => {
  for (const bytes of [[], [1, 0, 0], [200, 0, 0, 0, 1], [1, 0, 0, 0, 9]]) {
    assertThrows(() => unpackExchange(new Uint8Array(bytes), 0, bytes.length), WireError);
  }
});
