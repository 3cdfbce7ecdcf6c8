/**
 * Tests of the four forms of a request target.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseRequestTarget } from "../../lib/http/request_target.ts";
import { faultOf } from "./head_text.ts";

Deno.test("parseRequestTarget splits the origin-form at its first question mark (RFC 9112 §3.2.1)", () => {
  assertEquals(parseRequestTarget("GET", "/"), { path: "/", query: "", authority: null });
  assertEquals(parseRequestTarget("GET", "/a?b=/?c"), { path: "/a", query: "?b=/?c", authority: null });
  assertEquals(parseRequestTarget("GET", "/a?"), { path: "/a", query: "?", authority: null });
});

Deno.test("parseRequestTarget leaves percent-encoding and double slashes alone", () => {
  assertEquals(parseRequestTarget("GET", "//evil.example/%2F%zz").path, "//evil.example/%2F%zz");
});

Deno.test("parseRequestTarget accepts the absolute-form, in any case of its scheme (RFC 9112 §3.2.2)", () => {
  for (const scheme of ["http", "https", "ws", "wss", "HTTP", "Ws"]) {
    assertEquals(parseRequestTarget("GET", `${scheme}://example.com:81/a/b?c`), {
      path: "/a/b",
      query: "?c",
      authority: "example.com:81",
    });
  }
});

Deno.test("parseRequestTarget gives an absolute-form without a path the path / (RFC 9110 §4.2.3)", () => {
  assertEquals(parseRequestTarget("GET", "http://a"), { path: "/", query: "", authority: "a" });
  assertEquals(parseRequestTarget("GET", "http://a?b"), { path: "/", query: "?b", authority: "a" });
});

Deno.test("parseRequestTarget rejects other schemes and hosts that are none with 400 (RFC 9110 §4.2)", () => {
  for (
    const target of ["ftp://a/", "a", "a/b", "http:/a", "http://", "http:///a", "http://u@a/", "http://a:x/", "?a"]
  ) {
    assertEquals(faultOf(() => parseRequestTarget("GET", target)).status, 400, target);
  }
});

Deno.test("parseRequestTarget takes the asterisk-form for OPTIONS only (RFC 9112 §3.2.4)", () => {
  assertEquals(parseRequestTarget("OPTIONS", "*"), { path: "*", query: "", authority: null });
  assertEquals(faultOf(() => parseRequestTarget("GET", "*")).status, 400);
  assertEquals(faultOf(() => parseRequestTarget("OPTIONS", "*a")).status, 400);
});

Deno.test("parseRequestTarget refuses CONNECT with 501: it is not implemented (RFC 9110 §9.1)", () => {
  assertEquals(faultOf(() => parseRequestTarget("CONNECT", "example.com:443")).status, 501);
  assertEquals(faultOf(() => parseRequestTarget("CONNECT", "/")).status, 501);
});

Deno.test("parseRequestTarget rejects a backslash in the path but not in the query (RFC 3986 §3.3)", () => {
  const fault = faultOf(() => parseRequestTarget("GET", "/a\\b"));
  assertEquals(fault.status, 400);
  assertStringIncludes(fault.message, "%5C");
  assertEquals(parseRequestTarget("GET", "/a?b\\c").query, "?b\\c");
});
