/** Rates by address. @module */
import { assert, assertEquals } from "@std/assert";
import { AddressRates } from "../../lib/gateway/address_rates.ts";

/** How often an address gets it now. */
function takeAll(rates: AddressRates, address: string, now: number): number {
  let taken = 0;
  while (taken < 1_000 && rates.take(address, now)) taken++;
  return taken;
}

Deno.test("AddressRates gives each address its own burst, an IPv6 /64 one for all", () => {
  const rates = new AddressRates(3);
  assertEquals(takeAll(rates, "192.0.2.1", 1_000), 3);
  assertEquals(takeAll(rates, "192.0.2.2", 1_000), 3);
  assertEquals(takeAll(rates, "2001:db8::1", 1_000), 3);
  assertEquals([takeAll(rates, "2001:db8::2", 1_000), takeAll(rates, "2001:db8:0:1::1", 1_000)], [0, 3]);
});

Deno.test("AddressRates gives its rate in the long run, however often it forgets", () => {
  const rates = new AddressRates(10);
  takeAll(rates, "192.0.2.1", 1_000);
  let taken = 0;
  for (let now = 1_001; now <= 11_000; now++) taken += takeAll(rates, "192.0.2.1", now);
  assert(taken === 100 || taken === 99, `${taken} in ten seconds`);
});

Deno.test("AddressRates gives nobody more for pausing than a burst", () => {
  const rates = new AddressRates(4);
  // Asked each 700 ms: it is forgotten at some moments, and never before it would be full.
  let taken = 0;
  for (let now = 0; now < 70_000; now += 700) taken += takeAll(rates, "192.0.2.1", now);
  assert(taken <= 4 + 70 * 4, `${taken} in 70 seconds`);
});

Deno.test("AddressRates with a burst above its rate gives nobody more for pausing", () => {
  const rates = new AddressRates(2, 20);
  let taken = 0;
  for (let now = 0; now < 700_000; now += 7_000) taken += takeAll(rates, "192.0.2.1", now);
  assert(taken <= 20 + 700 * 2, `${taken} in 700 seconds`);
  assertEquals(takeAll(rates, "192.0.2.1", 800_000), 20);
});

Deno.test("AddressRates forgets who has not come for two seconds", () => {
  const rates = new AddressRates(1);
  for (let at = 0; at < 256; at++) rates.take(`192.0.2.${at}`, 1_000);
  assertEquals(rates.size, 256);
  rates.take("198.51.100.1", 2_000);
  assertEquals(rates.size, 257);
  rates.take("198.51.100.1", 3_000);
  assertEquals(rates.size, 1);
});

Deno.test("AddressRates forgets all at once after a long silence", () => {
  const rates = new AddressRates(1);
  rates.take("192.0.2.1", 1_000);
  rates.take("192.0.2.2", 1_000_000);
  assertEquals(rates.size, 1);
});

Deno.test("AddressRates without a limit keeps nothing", () => {
  const rates = new AddressRates(0);
  assertEquals([takeAll(rates, "192.0.2.1", 0), rates.size], [1_000, 0]);
});
