import { assertEquals, assertStrictEquals } from "@std/assert";
import { requestOf, urlOf } from "../../lib/route/request_record.ts";
import type { RequestRecord } from "../../lib/route/table.ts";

const RECORD: RequestRecord = {
  method: "GET",
  url: "https://example.com/a%20b?x=1",
  headers: [
    ["host", "example.com"],
    ["connection", "Upgrade"],
    ["upgrade", "websocket"],
    ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["origin", "https://example.com"],
    ["x-name", "caf\u00e9"],
  ],
  remoteAddress: "192.0.2.7",
};

Deno.test("requestOf makes a GET with all fields of the handshake, those of the connection too", () => {
  const request = requestOf(RECORD);
  assertEquals([request.method, request.url, request.body], ["GET", "https://example.com/a%20b?x=1", null]);
  assertEquals([...request.headers], RECORD.headers.toSorted(([a], [b]) => a < b ? -1 : 1).map((line) => [...line]));
});

Deno.test("requestOf joins repeated fields with commas, but cookies with semicolons (RFC 6265 §5.4)", () => {
  const headers = [["x-a", "1"], ["cookie", "a=1"], ["x-a", "2"], ["cookie", "b=2; c=3"]] as const;
  const request = requestOf({ ...RECORD, headers });
  assertEquals([...request.headers], [["cookie", "a=1; b=2; c=3"], ["x-a", "1, 2"]]);
});

Deno.test("requestOf gives the request a signal that follows another one, its reason included", () => {
  const controller = new AbortController();
  const { signal } = requestOf(RECORD, undefined, controller.signal);
  assertEquals([signal.aborted, requestOf(RECORD).signal.aborted], [false, false]);
  const reason = new DOMException("gone", "AbortError");
  controller.abort(reason);
  assertStrictEquals(signal.reason, reason);
});

Deno.test("urlOf leaves credentials out, which a Request would refuse", () => {
  const record = { ...RECORD, url: "http://user:secret@example.com/" };
  assertEquals(urlOf(record).href, "http://example.com/");
  assertEquals(requestOf(record).url, "http://example.com/");
});
