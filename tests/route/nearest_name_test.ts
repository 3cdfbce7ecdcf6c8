/**
 * Tests of the suggestion for a mistyped name.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nearestName } from "../../lib/route/nearest_name.ts";

const HOOKS = ["start", "stop", "upgrade", "open", "message", "drain", "close", "error"];
const OPTIONS = ["port", "hostname", "maxMessageBytes", "maxBufferedBytes", "pingIntervalMs", "pongTimeoutMs"];

Deno.test("nearestName finds the name behind a slip", () => {
  const slips = {
    prot: "port",
    por: "port",
    portt: "port",
    hostnmae: "hostname",
    maxMesageBytes: "maxMessageBytes",
    maxMessageSize: "maxMessageBytes",
    opne: "open",
    upgarde: "upgrade",
    messages: "message",
    err: "error",
  };
  for (const [slip, meant] of Object.entries(slips)) {
    assertEquals(nearestName(slip, [...OPTIONS, ...HOOKS]), meant, slip);
  }
});

Deno.test("nearestName does not count case, hyphens, underscores and a leading on", () => {
  assertEquals(nearestName("MAX_MESSAGE_BYTES", OPTIONS), "maxMessageBytes");
  assertEquals(nearestName("--ping-interval-ms", OPTIONS), "pingIntervalMs");
  assertEquals(nearestName("onMessage", HOOKS), "message");
  assertEquals(nearestName("onclose", HOOKS), "close");
  assertEquals(nearestName("close", ["onOpen", "onClose"]), "onClose");
});

Deno.test("nearestName suggests nothing for a name that is none", () => {
  for (const name of ["colour", "", "x", "compression"]) assertEquals(nearestName(name, OPTIONS), undefined, name);
  for (const name of ["banana", "", "x", "on"]) assertEquals(nearestName(name, HOOKS), undefined, name);
  assertEquals(nearestName("port", []), undefined);
});

Deno.test("nearestName prefers fewer edits over an earlier candidate, and the earlier of two equally near", () => {
  assertEquals(nearestName("maxBytes", ["minBytes", "maxByte"]), "maxByte");
  assertEquals(nearestName("ports", ["sports", "port"]), "sports");
});

Deno.test("nearestName dismisses a name of a million characters at once", () => {
  assertEquals(nearestName("x".repeat(1_000_000), OPTIONS), undefined);
});

Deno.test("nearestName finds every long name after any one character is left out", () => {
  fc.assert(fc.property(fc.constantFrom(...OPTIONS), fc.nat(), (name, seed) => {
    const at = seed % name.length;
    assertEquals(nearestName(name.slice(0, at) + name.slice(at + 1), OPTIONS), name);
  }));
});

Deno.test("nearestName answers only with a candidate", () => {
  fc.assert(fc.property(fc.string({ maxLength: 8 }), fc.array(fc.string({ maxLength: 8 })), (name, candidates) => {
    const found = nearestName(name, candidates);
    assert(found === undefined || candidates.includes(found));
    // A candidate is nearest to itself, unless one before it is the same but for case, hyphens, underscores and "on".
    for (const candidate of candidates) assert(nearestName(candidate, candidates) !== undefined);
  }));
});
