import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { asRefused, isLostRace, isOverlap, outcomeOf } from "../../lib/backplane/nats_errors.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";

const error = (name: string, parts: Record<string, unknown> = {}) =>
  Object.assign(new Error("what"), { name, ...parts });

Deno.test("where JetStream is off, it is said where, and how it is put on", () => {
  for (const off of [error("JetStreamNotEnabled"), error("JetStreamApiError", { code: 10_039, status: 503 })]) {
    const refused = asRefused(off, "nats.example:4222");
    assert(refused instanceof RefusedError);
    assertStringIncludes(refused.message, "off at nats.example:4222 (NATS_URL): start it as `nats-server -js`");
    assertEquals(outcomeOf(refused), refused);
  }
  const other = error("TimeoutError");
  assertEquals(asRefused(other, "x"), other);
});

Deno.test("what JetStream refuses is refused for good; what passes, and what nobody knows, is tried again", () => {
  assertEquals(`${outcomeOf(error("JetStreamApiError", { code: 10_077, status: 503 }))}`, "Error: not stored: what");
  assertStringIncludes(`${outcomeOf(error("InvalidArgumentError"))}`, "`max_payload` of the NATS server");
  for (
    const passing of [
      error("JetStreamApiError", { code: 10_008, status: 503 }),
      error("JetStreamNotEnabled"),
      error("TimeoutError"),
      error("RequestError"),
    ]
  ) assertEquals(outcomeOf(passing), undefined);
});

Deno.test("the codes of what others have done first", () => {
  assertEquals([isLostRace(error("x", { code: 10_071 })), isLostRace(error("x"))], [true, false]);
  assertEquals([10_058, 10_065, 10_059].map((code) => isOverlap(error("x", { code }))), [true, true, false]);
});
