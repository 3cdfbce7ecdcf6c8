/** Shared runs: what many are sent is joined once. @module */
import { assertEquals, assertExists, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { MAX_RUN_BYTES, SharedRun } from "../../lib/frame/shared_run.ts";

const run = (...bytes: number[]) => new SharedRun(Uint8Array.from(bytes));
const zeros = (length: number) => new SharedRun(new Uint8Array(length));

Deno.test("SharedRun.followedBy gives the same run to all who ask for the same", () => {
  const [a, b, c] = [run(1), run(2, 3), run(4)];
  const ab = a.followedBy(b);
  const abc = ab?.followedBy(c);
  assertEquals(abc?.bytes.toHex(), "01020304");
  assertStrictEquals(a.followedBy(b), ab);
  assertStrictEquals(ab?.followedBy(c), abc);
  assertEquals([a.bytes.toHex(), b.bytes.toHex(), ab?.bytes.toHex()], ["01", "0203", "010203"]);
});

Deno.test("SharedRun.followedBy gives what is different to those who ask for different things", () => {
  const [a, b, c] = [run(1), run(2), run(3)];
  const ab = a.followedBy(b)!;
  const ac = a.followedBy(c)!;
  assertEquals([ab.bytes.toHex(), ac.bytes.toHex()], ["0102", "0103"]);
  assertNotStrictEquals(a.followedBy(b), ab);
  assertEquals(ab.followedBy(c)?.bytes.toHex(), "010203");
  assertEquals(ab.bytes.toHex(), "0102");
});

Deno.test("SharedRun.followedBy gives up after four who asked for something else, and those copy for themselves", () => {
  const a = run(1);
  for (let at = 0; at < 5; at++) assertExists(a.followedBy(run(at)));
  const last = run(9);
  assertEquals([a.followedBy(last), a.followedBy(run(0))], [undefined, undefined]);
});

Deno.test("SharedRun grows up to its limit and no further", () => {
  const [first, last] = [zeros(MAX_RUN_BYTES - 1), run(7)];
  assertEquals(first.followedBy(last)?.bytes.length, MAX_RUN_BYTES);
  assertEquals([first.followedBy(run(1, 2)), zeros(1).followedBy(zeros(MAX_RUN_BYTES))], [undefined, undefined]);
});

Deno.test("SharedRun copies what it joins a few times only, however many frames come one by one", () => {
  const buffers = new Set<ArrayBuffer>();
  let joined = zeros(100);
  for (let at = 0; at < 200; at++) {
    joined = joined.followedBy(zeros(100))!;
    buffers.add(joined.bytes.buffer);
  }
  assertEquals([joined.bytes.length, buffers.size <= 7], [20_100, true]);
});
