import { assertEquals } from "@std/assert";
import { KeptBytes } from "../../lib/gateway/kept_bytes.ts";

Deno.test("KeptBytes keeps copies in order, however they come, and hands them over once", () => {
  const kept = new KeptBytes();
  const bytes = Uint8Array.from({ length: 2000 }, (_, at) => at);
  kept.add(bytes, 0, 1);
  kept.add(bytes, 1, 1);
  kept.add(bytes, 1, 1500);
  kept.add(bytes, 1500, 2000);
  bytes.fill(0, 0, 1);
  assertEquals([kept.length, kept.buffer[1999]], [2000, 1999 % 256]);
  assertEquals(kept.take(), Uint8Array.from({ length: 2000 }, (_, at) => at));
  assertEquals([kept.length, kept.take().length], [0, 0]);
});

Deno.test("KeptBytes leaves alone what it handed over", () => {
  const kept = new KeptBytes();
  kept.add(Uint8Array.of(1, 2), 0, 2);
  const taken = kept.take();
  kept.add(Uint8Array.of(9, 9), 0, 2);
  assertEquals(taken, Uint8Array.of(1, 2));
});
