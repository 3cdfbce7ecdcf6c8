/**
 * Tests of the suggestion for a mistyped name.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { nearestName } from "../../lib/gateway/nearest_name.ts";

const KNOWN = ["port", "hostname", "maxMessageBytes", "maxBufferedBytes", "pingIntervalMs", "pongTimeoutMs"];

Deno.test("nearestName finds the name behind a slip", () => {
  const slips = { prot: "port", por: "port", portt: "port", maxMesageBytes: "maxMessageBytes", hostnmae: "hostname" };
  for (const [slip, meant] of Object.entries(slips)) assertEquals(nearestName(slip, KNOWN), meant, slip);
});

Deno.test("nearestName does not count case, hyphens and underscores", () => {
  assertEquals(nearestName("MAX_MESSAGE_BYTES", KNOWN), "maxMessageBytes");
  assertEquals(nearestName("ping-interval-ms", KNOWN), "pingIntervalMs");
});

Deno.test("nearestName suggests nothing for a name that is none", () => {
  for (const name of ["colour", "", "x", "compression"]) assertEquals(nearestName(name, KNOWN), undefined, name);
  assertEquals(nearestName("port", []), undefined);
});

Deno.test("nearestName prefers fewer edits over an earlier candidate", () => {
  assertEquals(nearestName("maxBytes", ["minBytes", "maxByte"]), "maxByte");
});

Deno.test("nearestName dismisses a name of a million characters at once", () => {
  assertEquals(nearestName("x".repeat(1_000_000), KNOWN), undefined);
});

Deno.test("nearestName finds every long name after any one character is left out", () => {
  fc.assert(fc.property(fc.constantFrom(...KNOWN), fc.nat(), (name, seed) => {
    const at = seed % name.length;
    assertEquals(nearestName(name.slice(0, at) + name.slice(at + 1), KNOWN), name);
  }));
});

Deno.test("nearestName answers only with a candidate of about the same length", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const found = nearestName(text, KNOWN);
    if (found === undefined) return;
    assertEquals(KNOWN.includes(found), true);
    const folded = text.replace(/[-_]/g, "");
    assertLessOrEqual(Math.abs(found.length - folded.length), Math.max(found.length, folded.length) / 3);
  }));
});
