/** The share of a name: steady, even, and part of every larger one. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isInShare } from "../../lib/gateway/share.ts";

/** Ids as the gateway makes them: a prefix for the process, and a count. */
function ids(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${(at + 1).toString(36)}`);
}

Deno.test("isInShare: nobody is in none, and everybody in all", () => {
  for (const id of ids("8d1f03ab", 1_000)) assertEquals([isInShare(id, 0), isInShare(id, 1)], [false, true]);
});

for (const prefix of ["8d1f03ab", "00000000", "ffffffff", "a"]) {
  for (const share of [0.01, 0.1, 0.5, 0.9]) {
    Deno.test(`isInShare takes ${share} of the ids of ${prefix}, in each thousand as in all`, () => {
      const count = 20_000;
      const taken = ids(prefix, count).map((id) => isInShare(id, share));
      // Four standard deviations of a fair draw.
      const near = (part: readonly boolean[]): boolean => {
        const found = part.filter(Boolean).length;
        return Math.abs(found - part.length * share) <= 4 * Math.sqrt(part.length * share * (1 - share));
      };
      assert(near(taken));
      for (let at = 0; at < count; at += 1_000) assert(near(taken.slice(at, at + 1_000)), `from ${at}`);
    });
  }
}

Deno.test("isInShare takes a tenth of the addresses of one network", () => {
  const addresses = Array.from({ length: 10_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
  const found = addresses.filter((address) => isInShare(address, 0.1)).length;
  assert(found > 880 && found < 1_120, String(found));
});

Deno.test("isInShare is steady, and a smaller share lies within a larger one", () => {
  fc.assert(
    fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (
      name,
      a,
      b,
    ) => {
      assertEquals(isInShare(name, a), isInShare(name, a));
      if (isInShare(name, Math.min(a, b))) assert(isInShare(name, Math.max(a, b)));
    }),
  );
});
