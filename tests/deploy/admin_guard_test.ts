/** Who is let in to the admin listener. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { bearerProblem, metricsRefusalOf, refusalOf, tokenProblem } from "../../lib/deploy/admin_guard.ts";

const TOKEN = "0123456789abcdef";
const LOCAL = { token: TOKEN, address: "127.0.0.1:4001" };

function refusal(headers: Record<string, string>, parts = LOCAL): string {
  const found = refusalOf({ headers: new Headers({ host: "localhost:4001", ...headers }) }, parts);
  return found === undefined ? "let in" : `${found.status} ${found.problem}`;
}

Deno.test("refusalOf lets in who has the token, however the scheme is written", () => {
  assertEquals(refusal({ authorization: `Bearer ${TOKEN}` }), "let in");
  assertEquals(refusal({ authorization: `bearer  ${TOKEN} ` }), "let in");
});

for (
  const [what, authorization] of [
    ["no token", undefined],
    ["another scheme", `Basic ${TOKEN}`],
    ["a token of another length", `Bearer ${TOKEN}0`],
    ["a beginning of the token", `Bearer ${TOKEN.slice(0, -1)}`],
    ["another token", `Bearer ${TOKEN.slice(0, -1)}0`],
    ["an empty token", "Bearer "],
    ["two tokens", `Bearer ${TOKEN} ${TOKEN}`],
  ] as const
) {
  Deno.test(`refusalOf answers ${what} with 401`, () => {
    assertEquals(refusal(authorization === undefined ? {} : { authorization }).slice(0, 3), "401");
  });
}

Deno.test("refusalOf refuses pages with 403, whatever they know", () => {
  for (const origin of ["https://evil.example", "http://127.0.0.1:4001", "null"]) {
    assertStringIncludes(refusal({ origin, authorization: `Bearer ${TOKEN}` }), "403 web pages have no business here");
  }
});

Deno.test("refusalOf on loopback answers to loopback names alone; elsewhere to all", () => {
  const authorization = `Bearer ${TOKEN}`;
  assertStringIncludes(
    refusal({ authorization, host: "evil.example:4001" }),
    "403 this listener answers to loopback names",
  );
  assertStringIncludes(refusal({ authorization, host: "" }), "403");
  assertStringIncludes(refusal({ authorization, host: "evil.example" }, { ...LOCAL, address: "[::1]:4001" }), "403");
  for (const host of ["127.0.0.1", "[::1]:4001", "localhost:9"]) {
    assertEquals(refusal({ authorization, host }), "let in");
  }
  assertEquals(refusal({ authorization, host: "deploy.example" }, { ...LOCAL, address: "0.0.0.0:4001" }), "let in");
});

Deno.test("tokenProblem: a token that could be guessed, or not be sent, says how to make one", () => {
  assertEquals(tokenProblem(TOKEN), undefined);
  assertEquals(tokenProblem("b2sA~-._+/AAAAAAAA=="), undefined);
  assertStringIncludes(tokenProblem(TOKEN.slice(1)) ?? "", "has 15 characters, and must have 16");
  for (const token of [" ".repeat(16), "pass phrase with spaces", "ümlautümlautümlaut"]) {
    assertStringIncludes(tokenProblem(token) ?? "", "openssl rand -hex 32");
  }
});

Deno.test("metricsRefusalOf lets in who has either token, where there is one", () => {
  const other = "fedcba9876543210";
  const told = (token: string, parts: Partial<Parameters<typeof metricsRefusalOf>[1]>, more = {}) => {
    const headers = new Headers({ host: "localhost", authorization: `Bearer ${token}`, ...more });
    const guard = { token: undefined, metricsToken: undefined, address: "127.0.0.1:4001", ...parts };
    const found = metricsRefusalOf({ headers }, guard);
    return found === undefined ? "let in" : `${found.status} ${found.problem}`;
  };
  const both = { token: TOKEN, metricsToken: other };
  assertEquals([told(TOKEN, both), told(other, both)], ["let in", "let in"]);
  assertEquals([told(TOKEN, { token: TOKEN }), told(other, { metricsToken: other })], ["let in", "let in"]);
  assertStringIncludes(
    told(`${other}0`, both),
    "401 the token is not that of this server (SOCKEYE_METRICS_TOKEN or SOCK",
  );
  assertEquals(told(TOKEN, { metricsToken: other }).slice(0, 3), "401");
  assertEquals(told("undefined", { token: TOKEN }).slice(0, 3), "401");
  assertEquals(told(TOKEN, {}), "403 this is off: start the server with SOCKEYE_METRICS_TOKEN");
  assertEquals(told(other, both, { origin: "http://localhost" }).slice(0, 3), "403");
  assertEquals(told(other, both, { host: "evil.example" }).slice(0, 3), "403");
});

Deno.test("bearerProblem opens nothing without a token to compare with", () => {
  const variable = "A_TOKEN";
  assertEquals(bearerProblem(`Bearer ${TOKEN}`, [{ token: TOKEN, variable }]), undefined);
  for (const field of [undefined, "", "Bearer", "Bearer undefined"]) {
    assertEquals(typeof bearerProblem(field, [{ token: undefined, variable }]), "string");
  }
});
