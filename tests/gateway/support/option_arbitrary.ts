/**
 * Any value that an option's row allows, for properties.
 *
 * @module
 */
import fc from "fast-check";
import { specOf } from "../../../lib/gateway/option_table.ts";
import type { OptionName, OptionValue } from "../../../lib/gateway/option_table.ts";

const ORIGINS = ["*", "https://example.com", "http://localhost:3000", "https://a.b.example:8443"];

/** Values of one option, smaller and rounder ones more often. */
export function valueArbitrary(name: OptionName): fc.Arbitrary<OptionValue> {
  const spec = specOf(name);
  switch (spec.kind) {
    case "integer": {
      const whole = fc.integer({ min: spec.min, max: spec.max });
      const round = fc.integer({ min: 0, max: 40 }).map((bits) => Math.min(spec.max, Math.max(spec.min, 2 ** bits)));
      return spec.zeroIsOff === true ? fc.oneof(whole, round, fc.constant(0)) : fc.oneof(whole, round);
    }
    case "workers":
      return fc.oneof(fc.integer({ min: 1, max: spec.max }), fc.constant("auto" as const));
    case "port":
      return fc.integer({ min: 0, max: 65_535 });
    case "host":
      return fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    case "address":
      return fc.tuple(
        fc.oneof(fc.ipV4(), fc.domain(), fc.ipV6().map((ip) => `[${ip}]`)),
        fc.integer({ min: 0, max: 65_535 }),
      )
        .map(([host, port]) => `${host}:${port}`);
    case "publicKey":
      return fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toBase64());
    case "url":
      return fc.tuple(fc.constantFrom(...spec.schemes), fc.domain(), fc.integer({ min: 1, max: 65_535 }))
        .map(([scheme, host, port]) => `${scheme}://${host}:${port}`);
    case "path":
      return fc.constantFrom("routes", "./a b/c", "/srv/routes", "C:\\routes");
    case "switch":
    case "deflate":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...spec.choices) as fc.Arbitrary<OptionValue>;
    case "list":
      return fc.array(spec.item === "origin" ? fc.constantFrom(...ORIGINS) : networkArbitrary(), { maxLength: 5 });
  }
}

function networkArbitrary(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`),
    // A block of IPv4-mapped addresses has a prefix of 96 at least.
    fc.tuple(fc.ipV6().filter((address) => !/ffff/i.test(address)), fc.integer({ min: 0, max: 128 }))
      .map(([address, prefix]) => `${address}/${prefix}`),
  );
}
