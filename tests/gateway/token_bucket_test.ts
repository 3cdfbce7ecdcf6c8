/** A rate, and how much of it may come at once. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { TokenBucket } from "../../lib/gateway/token_bucket.ts";

/** How many tokens can be taken at this moment. */
function takeAll(bucket: TokenBucket, now: number): number {
  let taken = 0;
  while (bucket.take(now)) taken++;
  return taken;
}

Deno.test("TokenBucket gives a second's worth at once, and no more", () => {
  assertEquals(takeAll(new TokenBucket(10, 1_000), 1_000), 10);
});

Deno.test("TokenBucket gives its rate in the long run, however often it is asked", () => {
  const bucket = new TokenBucket(10, 1_000);
  takeAll(bucket, 1_000);
  let taken = 0;
  for (let now = 1_001; now <= 11_000; now++) taken += takeAll(bucket, now);
  assert(taken === 100 || taken === 99, `${taken} in ten seconds`);
});

Deno.test("TokenBucket does not save up more than a second's worth", () => {
  const bucket = new TokenBucket(3, 1_000);
  takeAll(bucket, 1_000);
  assertEquals([takeAll(bucket, 1_000_000), takeAll(bucket, 1_000_300)], [3, 0]);
});

Deno.test("TokenBucket gives a burst at once, fills up to it, and no further", () => {
  const bucket = new TokenBucket(2, 0, 10);
  assertEquals([takeAll(bucket, 0), takeAll(bucket, 1_000), takeAll(bucket, 60_000)], [10, 2, 10]);
});

Deno.test("TokenBucket of one a second gives the next after a second", () => {
  const bucket = new TokenBucket(1, 1_000);
  assert(bucket.take(1_000));
  assertFalse(bucket.take(1_999));
  assert(bucket.take(2_000));
});
