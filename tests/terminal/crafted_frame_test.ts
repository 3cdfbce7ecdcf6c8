/** Frames as a client sends them. @module */
import { assertEquals, assertNotEquals } from "@std/assert";
import { maskedFrame, maskedHeader } from "../../lib/terminal/crafted_frame.ts";

const KEY = Uint8Array.fromHex("37fa213d");

Deno.test("maskedFrame masks (RFC 6455 §5.7), with another key each time (§5.3)", () => {
  assertEquals(maskedFrame(1, "Hello", { maskKey: KEY }).toHex(), "818537fa213d7f9f4d5158");
  assertNotEquals(maskedFrame(1, "Hello").toHex(), maskedFrame(1, "Hello").toHex());
});

Deno.test("maskedFrame makes wrong frames where it is told to", () => {
  assertEquals(
    maskedFrame(3, Uint8Array.of(1), { fin: false, rsv: 7, maskKey: Uint8Array.of(0, 0, 0, 0) }).toHex(),
    "73810000000001",
  );
});

Deno.test("maskedHeader claims any length", () => {
  assertEquals(maskedHeader(2, 2n ** 63n, KEY).toHex(), "82ff800000000000000037fa213d");
});
