/**
 * Tests of response encoding.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import {
  encodeChunk,
  encodeResponseHead,
  encodeTextResponse,
  LAST_CHUNK,
  type TextResponse,
} from "../../lib/http/response.ts";
import { fromLatin1, latin1 } from "./head_text.ts";

const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

const textOf = (response: Partial<TextResponse>) =>
  new TextDecoder().decode(encodeTextResponse({ status: 404, message: "No.", close: false, date: DATE, ...response }));

Deno.test("encodeResponseHead writes status line, fields in order and the empty line (RFC 9112 §4)", () => {
  const bytes = encodeResponseHead(200, [["B", "2"], ["A", "1"], ["Set-Cookie", "x"], ["Set-Cookie", "y"]]);
  assertEquals(fromLatin1(bytes), "HTTP/1.1 200 OK\r\nB: 2\r\nA: 1\r\nSet-Cookie: x\r\nSet-Cookie: y\r\n\r\n");
});

Deno.test("encodeResponseHead keeps the space before an empty reason phrase (RFC 9112 §4)", () => {
  assertEquals(fromLatin1(encodeResponseHead(299, [])), "HTTP/1.1 299 \r\n\r\n");
  assertEquals(fromLatin1(encodeResponseHead(200, [], "Fine")), "HTTP/1.1 200 Fine\r\n\r\n");
});

Deno.test("encodeResponseHead writes latin1, one octet for a character (RFC 9110 §5.5)", () => {
  assertEquals(encodeResponseHead(200, [["X", "\xe9"]]).indexOf(0xe9), 20);
});

Deno.test("encodeResponseHead refuses CR, LF, NUL and wide characters with a TypeError (RFC 9110 §5.5)", () => {
  for (const value of ["a\rb", "a\nb", "a\r\nB: c", "a\0", "€"]) {
    assertThrows(() => encodeResponseHead(200, [["X-Bad", value]]), TypeError, "X-Bad");
    assertThrows(() => encodeResponseHead(200, [], value), TypeError, "status text");
  }
  for (const name of ["", "a b", "a\r\n", "a:"]) assertThrows(() => encodeResponseHead(200, [[name, "x"]]), TypeError);
});

Deno.test("encodeResponseHead refuses a status outside 100 to 599 with a RangeError (RFC 9110 §15)", () => {
  for (const status of [0, 99, 600, 200.5, NaN]) assertThrows(() => encodeResponseHead(status, []), RangeError);
});

Deno.test("encodeTextResponse writes a complete response", () => {
  assertEquals(
    textOf({}),
    `HTTP/1.1 404 Not Found\r\nDate: ${DATE}\r\nConnection: keep-alive\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `X-Content-Type-Options: nosniff\r\nContent-Length: 4\r\n\r\nNo.\n`,
  );
});

Deno.test("encodeTextResponse counts the octets of UTF-8 (RFC 9110 §8.6)", () => {
  const text = textOf({ message: "é€" });
  assertStringIncludes(text, "Content-Length: 6\r\n");
  assert(text.endsWith("\r\n\r\né€\n"));
});

Deno.test("encodeTextResponse says close when asked (RFC 9112 §9.6)", () => {
  assertStringIncludes(textOf({ close: true }), "Connection: close\r\n");
});

Deno.test("encodeTextResponse leaves the body out for HEAD, and keeps its length (RFC 9110 §9.3.2)", () => {
  const text = textOf({ head: true });
  assertStringIncludes(text, "Content-Length: 4\r\n");
  assert(text.endsWith("\r\n\r\n"));
});

Deno.test("encodeTextResponse sends no Content-Length and no body with 1xx, 204 and 304 (RFC 9110 §8.6)", () => {
  for (const status of [100, 204, 304]) {
    const text = textOf({ status });
    assertFalse(text.includes("Content-Length"), text);
    assert(text.endsWith("\r\n\r\n"));
  }
});

Deno.test("encodeTextResponse adds headers, and the upgrade option to Connection beside Upgrade (RFC 9110 §7.8)", () => {
  const text = textOf({ status: 426, headers: { "Upgrade": "websocket", "Sec-WebSocket-Version": "13" }, close: true });
  assertStringIncludes(text, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  assertStringIncludes(text, "Connection: Upgrade, close\r\n");
});

Deno.test("encodeTextResponse refuses the fields it sets itself with a TypeError", () => {
  for (const name of ["connection", "Content-Length", "CONTENT-TYPE", "Date", "Transfer-Encoding"]) {
    assertThrows(() => textOf({ headers: { [name]: "x" } }), TypeError, name);
  }
});

Deno.test("encodeChunk writes size, octets and CR LF (RFC 9112 §7.1)", () => {
  assertEquals(fromLatin1(encodeChunk(latin1("hello"))), "5\r\nhello\r\n");
  assertStringIncludes(fromLatin1(encodeChunk(new Uint8Array(255))), "ff\r\n");
});

Deno.test("encodeChunk makes nothing of no bytes: a chunk of size 0 would end the body (RFC 9112 §7.1)", () => {
  assertEquals(encodeChunk(new Uint8Array(0)).length, 0);
});

Deno.test("LAST_CHUNK ends a chunked body without trailers (RFC 9112 §7.1)", () => {
  assertEquals(fromLatin1(LAST_CHUNK), "0\r\n\r\n");
});
