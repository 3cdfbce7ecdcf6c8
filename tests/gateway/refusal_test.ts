/** Refusals. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeRefusal, unavailable } from "../../lib/gateway/refusal.ts";
import { fromLatin1, parseLines } from "../http/head_text.ts";

const DATE = "Sun, 22 Nov 2026 20:00:00 GMT";

Deno.test("unavailable is 503, and says when to try again (RFC 9110 §15.6.4)", () => {
  const { status, message, headers } = unavailable("The server is full.");
  assertEquals([status, message, headers], [503, "The server is full.", { "Retry-After": "5" }]);
});

Deno.test("encodeRefusal says what the error says, and to HEAD without a body (RFC 9110 §9.3.2)", () => {
  const error = unavailable("The server is full.");
  const whole = fromLatin1(encodeRefusal(error, undefined, true, DATE));
  assertMatch(whole, /^HTTP\/1\.1 503 /);
  assertStringIncludes(whole, "Connection: close\r\n");
  assertStringIncludes(whole, "\r\n\r\nThe server is full.\n");
  const head = fromLatin1(encodeRefusal(error, parseLines("HEAD / HTTP/1.1", "Host: a"), false, DATE));
  assertStringIncludes(head, "Connection: keep-alive\r\n");
  assertMatch(head, /\r\n\r\n$/);
});
