/**
 * Tests of the negotiation of permessage-deflate.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ExtensionOffer, type ExtensionParam, parseExtensions } from "../../lib/handshake/extension.ts";
import { type DeflateAgreement, type DeflatePolicy, negotiateDeflate } from "../../lib/handshake/permessage_deflate.ts";
import {
  CLIENT_CONTEXT,
  CLIENT_WINDOW,
  DECLINED,
  KEEP_ALL,
  KEEP_NONE,
  NEGOTIATIONS,
  SERVER_CONTEXT,
  SERVER_WINDOW,
  SMALL_WINDOWS,
} from "../vectors/permessage_deflate.ts";

function answer(offer: string, policy: DeflatePolicy): string | undefined {
  return negotiateDeflate(parseExtensions([offer]), policy)?.response;
}

for (const { from, offer, keepAll, keepNone, smallWindows } of NEGOTIATIONS) {
  Deno.test(`negotiateDeflate answers the offer ${offer} (${from})`, () => {
    assertEquals(answer(offer, KEEP_ALL), keepAll);
    assertEquals(answer(offer, KEEP_NONE), keepNone);
    assertEquals(answer(offer, SMALL_WINDOWS), smallWindows);
  });
}

Deno.test("negotiateDeflate gives nothing for no offers, so that the 101 has no extension", () => {
  assertEquals(negotiateDeflate([], KEEP_NONE), undefined);
});

Deno.test("negotiateDeflate takes offers over repeated fields as one list, in order (RFC 6455 §9.1)", () => {
  const offers = parseExtensions([
    "permessage-deflate; server_max_window_bits=8",
    "permessage-deflate; server_max_window_bits=13, permessage-deflate",
  ]);
  assertEquals(negotiateDeflate(offers, KEEP_ALL)?.response, "permessage-deflate; server_max_window_bits=13");
});

Deno.test("negotiateDeflate takes the extension's name by case", () => {
  assertEquals(answer("Permessage-Deflate", KEEP_ALL), undefined);
});

for (const [params, why] of DECLINED) {
  Deno.test(`negotiateDeflate declines ${params}: ${why}`, () => {
    assertEquals(answer(`permessage-deflate; ${params}`, KEEP_ALL), undefined);
    assertEquals(answer(`permessage-deflate; ${params}, x-other`, KEEP_NONE), undefined);
  });

  Deno.test(`negotiateDeflate declines the offer with ${params} alone and takes the next`, () => {
    const offer = `permessage-deflate; ${params}, permessage-deflate; server_max_window_bits=11`;
    assertEquals(answer(offer, KEEP_ALL), "permessage-deflate; server_max_window_bits=11");
  });
}

Deno.test("negotiateDeflate answers every combination of parameters and policies exactly (RFC 7692 §7.1)", () => {
  let combinations = 0;
  for (const { offer, policy, agreement } of everyCombination()) {
    assertEquals(negotiateDeflate(parseExtensions([offer]), policy), agreement, offer);
    combinations++;
  }
  assertEquals(combinations, (2 * 2) * (2 * 2) * (8 * 3) * (10 * 3));
});

Deno.test("negotiateDeflate answers the same in whatever order the parameters stand", () => {
  const params = ["server_no_context_takeover", "client_no_context_takeover"]
    .concat("server_max_window_bits=12", "client_max_window_bits=13");
  fc.assert(fc.property(fc.shuffledSubarray(params), (some) => {
    const sorted = params.filter((param) => some.includes(param));
    assertEquals(
      answer(["permessage-deflate", ...some].join(";"), SMALL_WINDOWS),
      answer(["permessage-deflate", ...sorted].join(";"), SMALL_WINDOWS),
    );
  }));
});

for (const name of ["serverMaxWindowBits", "clientMaxWindowBits"] as const) {
  Deno.test(`negotiateDeflate throws a RangeError naming ${name} and its value when it is not 9 to 15`, () => {
    for (const bits of [8, 16, 0, -9, 9.5, NaN, Infinity]) {
      const error = assertThrows(() => negotiateDeflate([], { ...KEEP_ALL, [name]: bits }), RangeError);
      assertStringIncludes(error.message, name);
      assertStringIncludes(error.message, String(bits));
      assertStringIncludes(error.message, "9 to 15");
    }
  });
}

/** Each offer, policy and agreement that the parts of the vectors make together. */
function* everyCombination(): Generator<{ offer: string; policy: DeflatePolicy; agreement: DeflateAgreement }> {
  for (const [serverContext, clientContext] of pairs(SERVER_CONTEXT, CLIENT_CONTEXT)) {
    for (const [serverWindow, clientWindow] of pairs(SERVER_WINDOW, CLIENT_WINDOW)) {
      const parts = [serverContext, clientContext, serverWindow, clientWindow];
      const offer = joined(parts.map((part) => part.offered));
      for (const [a, b] of pairs(serverContext.answers, clientContext.answers)) {
        for (const [c, d] of pairs(serverWindow.answers, clientWindow.answers)) {
          const policy = terms(a[0], b[0], c[0], d[0]);
          const response = joined([a[1], b[1], c[1], d[1]]);
          yield { offer, policy, agreement: { ...terms(a[2], b[2], c[2], d[2]), response } };
        }
      }
    }
  }
}

function* pairs<A, B>(left: readonly A[], right: readonly B[]): Generator<readonly [A, B]> {
  for (const a of left) for (const b of right) yield [a, b];
}

function joined(params: readonly string[]): string {
  return ["permessage-deflate", ...params.filter((param) => param !== "")].join("; ");
}

function terms(
  serverNoContextTakeover: boolean,
  clientNoContextTakeover: boolean,
  serverMaxWindowBits: number,
  clientMaxWindowBits: number,
): DeflatePolicy {
  return { serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits };
}

const bits = fc.integer({ min: 9, max: 15 });
const anyPolicy: fc.Arbitrary<DeflatePolicy> = fc.record({
  serverNoContextTakeover: fc.boolean(),
  clientNoContextTakeover: fc.boolean(),
  serverMaxWindowBits: bits,
  clientMaxWindowBits: bits,
});

const anyValue = fc.constantFrom("7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "09", "x");
const anyParam: fc.Arbitrary<ExtensionParam> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("server_no_context_takeover", "client_no_context_takeover").map(named) },
  { weight: 3, arbitrary: fc.constant("client_max_window_bits").map(named) },
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constantFrom("server_max_window_bits", "client_max_window_bits"),
      value: anyValue,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom("foo", "server_max_window_bits", "toString").map(named) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant("client_no_context_takeover"), value: anyValue }) },
);
const anyOffer: fc.Arbitrary<ExtensionOffer> = fc.record({
  name: fc.oneof(
    { weight: 5, arbitrary: fc.constant("permessage-deflate") },
    { weight: 1, arbitrary: fc.constantFrom("permessage-bzip2", "x-webkit-deflate-frame") },
  ),
  params: fc.array(anyParam, { maxLength: 4 }),
});

function named(name: string): ExtensionParam {
  return { name };
}

Deno.test("negotiateDeflate accepts the first acceptable offer, in words that RFC 7692 §7.1 allows for it", () => {
  fc.assert(
    fc.property(fc.array(anyOffer, { maxLength: 5 }), anyPolicy, (offers, policy) => {
      const agreement = negotiateDeflate(offers, policy);
      const winner = offers.find(isAcceptable);
      if (winner === undefined) return assertEquals(agreement, undefined);
      assert(agreement !== undefined, "an acceptable offer was declined");
      assertAllowed(agreement, winner, policy);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("negotiateDeflate declines an offer as soon as one of its parameters is repeated (RFC 7692 §7)", () => {
  fc.assert(
    fc.property(fc.array(anyParam, { minLength: 1, maxLength: 4 }), fc.nat(), anyPolicy, (params, n, policy) => {
      const repeated = params[n % params.length]!;
      const offer = { name: "permessage-deflate", params: [...params, repeated] };
      assertEquals(negotiateDeflate([offer], policy), undefined);
    }),
  );
});

/** RFC 7692 §7 read the other way round: what is true of an offer that is not to be declined. */
function isAcceptable({ name, params }: ExtensionOffer): boolean {
  const written = params.map((param) => param.value === undefined ? param.name : `${param.name}=${param.value}`);
  const allowed = [
    "server_no_context_takeover",
    "client_no_context_takeover",
    "client_max_window_bits",
    ...[9, 10, 11, 12, 13, 14, 15].map((value) => `server_max_window_bits=${value}`),
    ...[8, 9, 10, 11, 12, 13, 14, 15].map((value) => `client_max_window_bits=${value}`),
  ];
  return name === "permessage-deflate" && written.every((param) => allowed.includes(param)) &&
    new Set(params.map((param) => param.name)).size === params.length;
}

/** What a client may hold against an answer to its offer, and what we promised in the policy. */
function assertAllowed(agreement: DeflateAgreement, offer: ExtensionOffer, policy: DeflatePolicy): void {
  const accepted = parseExtensions([agreement.response]);
  assertEquals(accepted.map(({ name }) => name), ["permessage-deflate"], "exactly one is accepted");
  const said = Object.fromEntries(accepted[0]!.params.map(({ name, value }) => [name, value ?? ""]));
  const asked = Object.fromEntries(offer.params.map(({ name, value }) => [name, value ?? ""]));
  assertEquals(Object.keys(said).length, accepted[0]!.params.length, "no parameter is repeated");

  // What is said is what is done.
  assertEquals(agreement.serverNoContextTakeover, said["server_no_context_takeover"] === "");
  assertEquals(agreement.clientNoContextTakeover, said["client_no_context_takeover"] === "");
  assertEquals(agreement.serverMaxWindowBits, Number(said["server_max_window_bits"] ?? 15));
  assertEquals(agreement.clientMaxWindowBits, Number(said["client_max_window_bits"] ?? 15));

  // RFC 7692 §7.1.1: what was asked for or is our policy is kept.
  if ("server_no_context_takeover" in asked) assert("server_no_context_takeover" in said);
  if (policy.serverNoContextTakeover) assert(agreement.serverNoContextTakeover);
  if (policy.clientNoContextTakeover) assert(agreement.clientNoContextTakeover);

  // RFC 7692 §7.1.2.1: included when asked for, with the same or a smaller value, and one that zlib can do.
  if ("server_max_window_bits" in asked) assert("server_max_window_bits" in said);
  assert(agreement.serverMaxWindowBits <= Number(asked["server_max_window_bits"] ?? 15));
  assert(agreement.serverMaxWindowBits <= policy.serverMaxWindowBits && agreement.serverMaxWindowBits >= 9);

  // RFC 7692 §7.1.2.2: never included unasked; with a value of 8 to 15, at most the one asked for.
  if (!("client_max_window_bits" in asked)) return assert(!("client_max_window_bits" in said));
  assert(said["client_max_window_bits"] !== "", "a response names a value");
  assert(agreement.clientMaxWindowBits <= Number(asked["client_max_window_bits"] || 15));
  assert(agreement.clientMaxWindowBits <= policy.clientMaxWindowBits && agreement.clientMaxWindowBits >= 8);
}
