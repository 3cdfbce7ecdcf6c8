/** A request in one piece. @module */
import { assertEquals } from "@std/assert";
import { HeldRequest } from "../../lib/gateway/held_request.ts";
import { parseLines } from "../http/head_text.ts";

Deno.test("HeldRequest gives back method, URL, address and every field line, in order", () => {
  const head = parseLines("POST /a%20b?c=d HTTP/1.1", "Host: example.com", "X-A:  1 ", "x-a: 2", "Empty:");
  const request = new HeldRequest(head, "https://example.com", "192.0.2.1");
  assertEquals([request.method, request.url, request.remoteAddress], [
    "POST",
    "https://example.com/a%20b?c=d",
    "192.0.2.1",
  ]);
  assertEquals(request.headers, head.fields.entries());
});

Deno.test("HeldRequest of an absolute-form target has the path of the target and the origin it is given (RFC 9112 §3.2.2)", () => {
  const head = parseLines("GET http://other.example?x HTTP/1.1", "Host: example.com");
  assertEquals(new HeldRequest(head, "http://other.example", "::1").url, "http://other.example/?x");
});
