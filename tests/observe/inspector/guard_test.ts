import { assertEquals } from "@std/assert";
import { cookieOf, jsonProblem, originProblem } from "../../../lib/observe/inspector/guard.ts";

const OWN = "http://127.0.0.1:4001";

function status(method: string, headers: Record<string, string>, isLoopback = true): number | undefined {
  const request = new Request(`${OWN}/inspector/`, { method, headers: { host: "127.0.0.1:4001", ...headers } });
  return originProblem(request, isLoopback)?.status;
}

Deno.test("originProblem has nothing against a visit, and against what the page itself asks for", () => {
  assertEquals(status("GET", {}), undefined);
  assertEquals(status("GET", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }), undefined);
  assertEquals(status("GET", { "sec-fetch-site": "same-origin" }), undefined);
  assertEquals(status("POST", { origin: OWN, "sec-fetch-site": "same-origin" }), undefined);
});

Deno.test("originProblem refuses other pages, whatever they ask for, and orders that come from no page", () => {
  assertEquals(status("POST", { origin: "http://evil.example" }), 403);
  assertEquals(status("POST", { origin: "http://127.0.0.1:4000" }), 403, "another port is another origin");
  assertEquals(status("POST", { origin: "null" }), 403);
  assertEquals(status("POST", {}), 403);
  assertEquals(status("GET", { origin: "http://evil.example" }), 403);
  assertEquals(status("GET", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }), 403);
  assertEquals(status("GET", { "sec-fetch-site": "same-site" }), 403);
});

Deno.test("originProblem refuses names that are not of this machine where it listens on loopback alone", () => {
  assertEquals(status("GET", { host: "evil.example" }), 403);
  assertEquals(status("GET", { host: "localhost:4001" }), undefined);
  assertEquals(status("GET", { host: "admin.example" }, false), undefined);
});

Deno.test("jsonProblem refuses what a form could send", () => {
  const request = (type: string) => new Request(OWN, { method: "POST", headers: { "content-type": type } });
  assertEquals(jsonProblem(request("application/json"))?.status, undefined);
  assertEquals(jsonProblem(request("application/json; charset=utf-8"))?.status, undefined);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
    assertEquals(jsonProblem(request(type))?.status, 415);
  }
});

Deno.test("cookieOf finds a cookie among others by its whole name", () => {
  const request = new Request(OWN, { headers: { cookie: "xsession=1; session=a=b; other=2" } });
  assertEquals([cookieOf(request, "session"), cookieOf(request, "x")], ["a=b", undefined]);
});
