/** UTF-8 checked piece by piece. The table of hard cases is in tests/vectors. @module */
import { assert, assertEquals } from "@std/assert";
import { advanceUtf8, UTF8_ACCEPT, UTF8_REJECT } from "../../lib/frame/utf8.ts";
import { utf8 } from "./recorder.ts";

Deno.test("advanceUtf8 rejects at the first byte that no UTF-8 text can hold, not at the end of its character", () => {
  const first = (bytes: readonly number[]) => advanceUtf8(UTF8_ACCEPT, Uint8Array.from(bytes), 0, bytes.length);
  // The lead byte says what may follow: RFC 3629 §4.
  for (const bytes of [[0xe0, 0x9f], [0xed, 0xa0], [0xf0, 0x8f], [0xf4, 0x90], [0xf5], [0xc1], [0x80]]) {
    assertEquals(first(bytes), UTF8_REJECT, Uint8Array.from(bytes).toHex());
    assert(first(bytes.slice(0, -1)) !== UTF8_REJECT);
  }
});

Deno.test("advanceUtf8 stays rejected whatever follows", () => {
  assertEquals(advanceUtf8(UTF8_REJECT, utf8("fine"), 0, 4), UTF8_REJECT);
  assertEquals(advanceUtf8(UTF8_REJECT, utf8("fine".repeat(20)), 0, 80), UTF8_REJECT);
});

Deno.test("advanceUtf8 of nothing changes nothing", () => {
  const inside = advanceUtf8(UTF8_ACCEPT, utf8("€"), 0, 1);
  assertEquals(advanceUtf8(inside, utf8("€"), 1, 1), inside);
  assertEquals(advanceUtf8(UTF8_ACCEPT, utf8("€"), 1, 1), UTF8_ACCEPT);
});

Deno.test("advanceUtf8 agrees with itself on a long text however it ends", () => {
  // Long enough for the runtime's own check, with the last character cut at each of its bytes.
  for (const last of ["a", "é", "€", "𝄞"]) {
    const bytes = utf8("x€".repeat(40) + last);
    const lastBytes = utf8(last).length;
    assertEquals(advanceUtf8(UTF8_ACCEPT, bytes, 0, bytes.length), UTF8_ACCEPT);
    for (let cut = 1; cut < lastBytes; cut++) {
      const inside = advanceUtf8(UTF8_ACCEPT, bytes, 0, bytes.length - cut);
      assert(inside !== UTF8_ACCEPT && inside !== UTF8_REJECT);
      assertEquals(advanceUtf8(inside, bytes, bytes.length - cut, bytes.length), UTF8_ACCEPT);
      assertEquals(advanceUtf8(inside, utf8("x".repeat(50)), 0, 50), UTF8_REJECT);
    }
  }
});

Deno.test("advanceUtf8 looks at bytes[start, end) only", () => {
  const bytes = Uint8Array.from([0xff, ...utf8("€".repeat(30)), 0xff]);
  assertEquals(advanceUtf8(UTF8_ACCEPT, bytes, 1, bytes.length - 1), UTF8_ACCEPT);
});

Deno.test("advanceUtf8 rejects a long run of continuation bytes at the end of a text", () => {
  const bytes = new Uint8Array(100).fill(0x41);
  bytes.fill(0x80, 95);
  assertEquals(advanceUtf8(UTF8_ACCEPT, bytes, 0, 100), UTF8_REJECT);
  assertEquals(advanceUtf8(UTF8_ACCEPT, bytes, 0, 96), UTF8_REJECT);
});
