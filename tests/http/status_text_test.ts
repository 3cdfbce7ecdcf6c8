/**
 * Tests of the reason phrases.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { STATUS_TEXT } from "../../lib/http/status_text.ts";

Deno.test("STATUS_TEXT has the phrases of RFC 9110 §15 and of its registry", () => {
  assertEquals(
    [101, 200, 400, 413, 414, 426, 431, 503, 505].map((status) => STATUS_TEXT[status]),
    [
      "Switching Protocols",
      "OK",
      "Bad Request",
      "Content Too Large",
      "URI Too Long",
      "Upgrade Required",
      "Request Header Fields Too Large",
      "Service Unavailable",
      "HTTP Version Not Supported",
    ],
  );
});

Deno.test("STATUS_TEXT holds sendable phrases for codes from 100 to 599 only", () => {
  for (const [status, text] of Object.entries(STATUS_TEXT)) {
    assertMatch(status, /^[1-5]\d\d$/);
    assertMatch(text, /^[A-Za-z -]+$/);
  }
});
