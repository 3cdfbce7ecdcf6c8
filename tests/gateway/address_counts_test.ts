import { assertEquals } from "@std/assert";
import { AddressCounts } from "../../lib/gateway/address_counts.ts";

Deno.test("AddressCounts says when an address has as many as it may", () => {
  const counts = new AddressCounts(2);
  counts.add("192.0.2.1");
  assertEquals(counts.isFull("192.0.2.1"), false);
  counts.add("192.0.2.1");
  assertEquals([counts.isFull("192.0.2.1"), counts.isFull("192.0.2.2")], [true, false]);
  counts.remove("192.0.2.1");
  assertEquals(counts.isFull("192.0.2.1"), false);
});

Deno.test("AddressCounts counts an IPv6 /64 as one", () => {
  const counts = new AddressCounts(1);
  counts.add("2001:db8::1");
  assertEquals([counts.isFull("2001:db8::2"), counts.isFull("2001:db8:0:1::1")], [true, false]);
});

Deno.test("AddressCounts without a limit is never full", () => {
  const counts = new AddressCounts(0);
  for (let times = 0; times < 100; times++) counts.add("192.0.2.1");
  assertEquals(counts.isFull("192.0.2.1"), false);
});
