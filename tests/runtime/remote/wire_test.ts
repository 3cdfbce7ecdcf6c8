import { assert, assertEquals } from "@std/assert";
import { DOWN, padded, UP } from "../../../lib/runtime/remote/wire.ts";

for (const [name, kinds] of Object.entries({ DOWN, UP })) {
  Deno.test(`the kinds of ${name} are distinct, and fit into the byte of a header`, () => {
    const values: readonly number[] = Object.values(kinds);
    assertEquals(new Set(values).size, values.length);
    for (const kind of values) assert(kind > 0 && kind < 256, String(kind));
  });
}

Deno.test("what concerns a peer stands from ATTACH on, and from SETTLED on", () => {
  for (const kind of [DOWN.OPEN, DOWN.MESSAGE, DOWN.REVOKE, DOWN.AUTHENTICATE]) assert(kind > DOWN.ATTACH);
  for (const kind of [DOWN.BOOT, DOWN.PROBE, DOWN.EXCHANGE, DOWN.ANSWER, DOWN.FAILURE, DOWN.KEPT]) {
    assert(kind < DOWN.ATTACH);
  }
  for (const kind of [UP.SEND, UP.CONTEXT, UP.GIVEN_BACK, UP.JOIN, UP.REPLY]) assert(kind > UP.SETTLED);
  for (const kind of [UP.READY, UP.ANSWER, UP.BODY, UP.LOG, UP.PUBLISH_ALL]) assert(kind < UP.SETTLED);
});

Deno.test("padded is the next multiple of four", () => {
  assertEquals([0, 1, 3, 4, 5, 8, 65_537].map(padded), [0, 4, 4, 4, 8, 8, 65_540]);
});
