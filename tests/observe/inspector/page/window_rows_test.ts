import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { scrollTo, windowRows } from "../../../../lib/observe/inspector/page/window_rows.ts";

const view = fc.record({
  count: fc.nat(10_000),
  rowHeight: fc.constant(28),
  scrollTop: fc.nat(300_000),
  height: fc.integer({ min: 28, max: 2000 }),
});

Deno.test("windowRows has every row that is on the screen, and few others", () => {
  fc.assert(fc.property(view, fc.nat(10_000), (list, row) => {
    const [start, end] = windowRows(list);
    assert(0 <= start && start <= end && end <= list.count);
    assert(end - start <= Math.ceil(list.height / 28) + 13);
    const top = row * 28 - list.scrollTop;
    if (row < list.count && top + 28 > 0 && top < list.height) assert(start <= row && row < end);
  }));
});

Deno.test("scrollTo brings a row onto the screen, and leaves it where it is when it is there", () => {
  const list = { count: 100, rowHeight: 28, scrollTop: 280, height: 280 };
  assertEquals([scrollTo(12, list), scrollTo(5, list), scrollTo(30, list)], [280, 140, 31 * 28 - 280]);
});
