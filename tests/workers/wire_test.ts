import { assertEquals } from "@std/assert";
import { BOTH, DOWN, UP } from "../../lib/workers/wire.ts";

Deno.test("the kinds of records fit into a byte and differ from each other in each direction", () => {
  for (const direction of [{ ...BOTH, ...DOWN }, { ...BOTH, ...UP }]) {
    const kinds = Object.values(direction);
    assertEquals(new Set(kinds).size, Object.keys(BOTH).length + kinds.length - Object.keys(BOTH).length);
    assertEquals(kinds.filter((kind) => kind < 1 || kind > 255), []);
  }
});

Deno.test("what is the backplane's begins at MESSAGE, below it a worker takes orders", () => {
  const orders = [DOWN.BOOT, DOWN.DRAIN, DOWN.ASK, DOWN.RELOAD, DOWN.RELOAD_BACK];
  const others = [DOWN.STORED, DOWN.RESET, DOWN.WANTED, DOWN.UNWANTED];
  assertEquals(orders.filter((kind) => kind >= DOWN.MESSAGE), []);
  assertEquals(others.filter((kind) => kind < DOWN.MESSAGE), []);
});
