import { assertEquals, assertLessOrEqual } from "@std/assert";
import { KeptStart } from "../../lib/protocol/kept_start.ts";

Deno.test("KeptStart keeps the first bytes, however they come, and no more", () => {
  const kept = new KeptStart(300);
  for (let at = 0; at < 500; at += 50) kept.add(Uint8Array.from({ length: 50 }, (_, index) => at + index));
  assertEquals(kept.bytes, Uint8Array.from({ length: 300 }, (_, index) => index));
  kept.clear();
  kept.add(Uint8Array.of(7));
  assertEquals(kept.bytes, Uint8Array.of(7));
});

Deno.test("KeptStart takes room for what has come, not for what it may keep", () => {
  const kept = new KeptStart(1_000_000);
  kept.add(new Uint8Array(10));
  assertLessOrEqual(kept.bytes.buffer.byteLength, 256);
});

Deno.test("KeptStart copies: what is added may be changed", () => {
  const kept = new KeptStart(10);
  const bytes = Uint8Array.of(1, 2);
  kept.add(bytes);
  bytes.fill(0);
  assertEquals(kept.bytes, Uint8Array.of(1, 2));
});
