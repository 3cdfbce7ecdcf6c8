/** What was read is counted, and what is wrong is found. @module */
import { assertEquals, assertNotEquals } from "@std/assert";
import { type Said, Tally } from "./tally.ts";

function tallyOf(...texts: readonly string[]): Tally {
  const tally = new Tally();
  for (const text of texts) tally.take(text);
  return tally;
}

const said = (
  count: number,
  ...lost: readonly number[]
): readonly Said[] => [{ name: "a", count, lost: new Set(lost) }];

Deno.test("Tally finds nothing where all was read once, in order", () => {
  const tally = tallyOf("a:0", "b:0", "a:1", "a:2");
  assertEquals(tally.faults([...said(3), { name: "b", count: 1, lost: new Set() }]), []);
  assertEquals([tally.count, tally.nextOf("a"), tally.nextOf("nobody")], [4, 3, 0]);
});

Deno.test("Tally finds what is missing: in between, at the end, all of it", () => {
  assertEquals(tallyOf("a:0", "a:2").faults(said(3)), ["a:1 was not read"]);
  assertEquals(tallyOf("a:0").faults(said(2)), ["a:1 was not read"]);
  assertEquals(tallyOf().faults(said(1)), ["a:0 was not read"]);
});

Deno.test("Tally lets what was lost be read, or not", () => {
  assertEquals(tallyOf("a:0", "a:2").faults(said(4, 1, 3)), []);
  assertEquals(tallyOf("a:0", "a:1", "a:2", "a:3").faults(said(4, 1, 3)), []);
});

Deno.test("Tally finds what was read twice, too late, without being said, or of nobody", () => {
  assertEquals(tallyOf("a:0", "a:0").faults(said(1)), ["a:0 was read twice"]);
  assertEquals(tallyOf("a:0", "a:2", "a:1").faults(said(3)), ["a:1 was read too late"]);
  assertEquals(tallyOf("a:0", "a:1").faults(said(1)), ["a:1 was read, and never said"]);
  assertEquals(tallyOf("b:0").faults([]), ["b was read, who is no writer"]);
});

Deno.test("Tally tells some faults, and how many there are besides", () => {
  const faults = tallyOf().faults(said(12));
  assertEquals([faults.length, faults.at(-1)], [6, "and 7 more"]);
});

Deno.test("Tally has one order for the same, and another for another", () => {
  assertEquals(tallyOf("a:0", "b:0").order, tallyOf("a:0", "b:0").order);
  assertNotEquals(tallyOf("a:0", "b:0").order, tallyOf("b:0", "a:0").order);
});
