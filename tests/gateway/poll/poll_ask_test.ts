import { assertEquals, assertThrows } from "@std/assert";
import { readAsk, readBeginning } from "../../../lib/gateway/poll/poll_ask.ts";
import { findHeadEnd, HttpError, parseRequestHead, type RequestHead } from "../../../lib/http/mod.ts";
import { readFieldLines } from "../../../lib/http/mod.ts";

function headOf(method: string, ...lines: readonly string[]): RequestHead {
  const text = [`${method} /_sockeye/poll HTTP/1.1`, "Host: a", ...lines, "\r\n"].join("\r\n");
  const bytes = new TextEncoder().encode(text);
  const end = findHeadEnd(bytes, 0, bytes.length);
  return parseRequestHead(bytes, 0, end, { maxHeadBytes: 16_384, maxHeaderFields: 100 });
}

function refusal(read: () => unknown): string {
  const error = assertThrows(read, HttpError);
  assertEquals(error.status, 400);
  return error.message;
}

Deno.test("readBeginning makes the head that the handshake of a WebSocket would have had", () => {
  const { name, head, protocols } = readBeginning(headOf(
    "POST",
    "Sockeye-Route: /rooms/a%20b?x=1&y=2",
    "Sockeye-Transport: poll",
    "Sockeye-Protocol: sockeye.v1, chat",
    "Cookie: a=b",
    "Content-Length: 0",
    "Content-Type: text/plain",
  ));
  assertEquals([name, protocols], ["poll", ["sockeye.v1, chat"]]);
  assertEquals([head.method, head.target, head.path, head.query], [
    "GET",
    "/rooms/a%20b?x=1&y=2",
    "/rooms/a%20b",
    "?x=1&y=2",
  ]);
  const lines = [["host", "a"], ["cookie", "a=b"], ["sec-websocket-protocol", "sockeye.v1, chat"]];
  assertEquals<unknown>(head.fields.entries(), lines);
  // What is kept of a request is its text.
  assertEquals<unknown>(readFieldLines(head.text, head.fieldsAt), lines);
});

Deno.test("readBeginning takes long-poll where nothing is said, and refuses what is neither", () => {
  assertEquals(readBeginning(headOf("POST", "Sockeye-Route: /")).name, "long-poll");
  assertEquals(
    refusal(() => readBeginning(headOf("POST", "Sockeye-Route: /", "Sockeye-Transport: pigeon"))),
    'Sockeye-Transport "pigeon" is wrong: send long-poll or poll.',
  );
});

Deno.test("readBeginning refuses a route that a request line could not name", () => {
  for (const route of ["chat", "http://b/", "/a b", "/a#b", "/ä", "/a\\b", `/${"x".repeat(8192)}`]) {
    refusal(() => readBeginning(headOf("POST", `Sockeye-Route: ${route}`)));
  }
  assertEquals(
    refusal(() => readBeginning(headOf("POST"))),
    "Sockeye-Route is missing: send the path of the route and its query, percent-encoded.",
  );
  assertEquals(
    refusal(() => readBeginning(headOf("POST", "Sockeye-Route: /a", "Sockeye-Route: /b"))),
    'Sockeye-Route "/a, /b" is wrong: send it once.',
  );
});

Deno.test("readAsk reads positions, which a GET and a POST must have", () => {
  const both = ["Sockeye-Sequence: 12", "Sockeye-Acknowledge: 999999999999999"];
  assertEquals(readAsk(headOf("POST", ...both)), { method: "POST", sequence: 12, acknowledge: 999_999_999_999_999 });
  assertEquals(readAsk(headOf("GET", "Sockeye-Acknowledge: 0")), { method: "GET", sequence: 0, acknowledge: 0 });
  assertEquals(readAsk(headOf("DELETE")), { method: "DELETE", sequence: 0, acknowledge: 0 });
  refusal(() => readAsk(headOf("POST")));
  refusal(() => readAsk(headOf("GET")));
  for (const value of ["-1", "1.5", "0x1", "1e3", "", "9".repeat(16), "1, 2"]) {
    refusal(() => readAsk(headOf("GET", `Sockeye-Acknowledge: ${value}`)));
  }
});
