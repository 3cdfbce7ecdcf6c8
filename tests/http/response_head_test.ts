/** The head of a response, as a client reads it. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { parseResponseHead } from "../../lib/http/response_head.ts";

const parse = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return parseResponseHead(bytes, 0, bytes.length);
};

Deno.test("parseResponseHead reads status, phrase and fields (RFC 9112 §4)", () => {
  const head = parse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX:\t1 \r\nx: 2\r\n\r\n");
  assertEquals([head.status, head.statusText], [101, "Switching Protocols"]);
  assertEquals(head.fields.entries(), [["upgrade", "websocket"], ["x", "1"], ["x", "2"]]);
});

Deno.test("parseResponseHead takes a status line without a phrase, and without the space before it", () => {
  assertEquals(parse("HTTP/1.1 204 \r\n\r\n").statusText, "");
  assertEquals(parse("HTTP/1.1 204\r\n\r\n").status, 204);
  assertEquals(parse("HTTP/1.1 204\r\n\r\n").fields.size, 0);
});

Deno.test("parseResponseHead begins where it is told", () => {
  const bytes = new TextEncoder().encode("xxHTTP/1.1 200 OK\r\na: b\r\n\r\nrest");
  assertEquals(parseResponseHead(bytes, 2, bytes.length - 4).text, "HTTP/1.1 200 OK\r\na: b\r\n\r\n");
});

for (const line of ["HTTP/1.0 200 OK", "HTTP/2 200", "HTTP/1.1 20 OK", "HTTP/1.1 999 x", "220 smtp ready", ""]) {
  Deno.test(`parseResponseHead refuses the status line ${JSON.stringify(line)}`, () => {
    assertThrows(() => parse(`${line}\r\n\r\n`), TypeError, "no status line of HTTP/1.1");
  });
}

Deno.test("parseResponseHead refuses a header line without a name", () => {
  assertThrows(() => parse("HTTP/1.1 200 OK\r\n: b\r\n\r\n"), TypeError, "without a name");
  assertThrows(() => parse("HTTP/1.1 200 OK\r\nbroken\r\n\r\n"), TypeError, '"broken"');
  assertThrows(() => parse("HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n"), TypeError, "folded");
});
