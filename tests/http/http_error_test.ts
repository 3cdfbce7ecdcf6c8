/**
 * Tests of the HTTP fault.
 *
 * @module
 */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { HttpError } from "../../lib/http/http_error.ts";

Deno.test("HttpError carries the whole response: status, headers and a sentence for the body", () => {
  const fault = new HttpError(405, "Use GET.", { Allow: "GET" });
  assertInstanceOf(fault, Error);
  assertEquals([fault.name, fault.status, fault.message, fault.headers], ["HttpError", 405, "Use GET.", {
    Allow: "GET",
  }]);
});

Deno.test("HttpError has no headers unless they are given", () => {
  assertEquals(new HttpError(400, "Bad.").headers, {});
});
