/**
 * Tests of the request head.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { validFieldValue } from "../../lib/http/field_value.ts";
import { HttpError } from "../../lib/http/http_error.ts";
import { findHeadEnd, headTooLarge, leadingCrlf, MAX_TARGET_BYTES, parseRequestHead } from "../../lib/http/request.ts";
import { encodeResponseHead } from "../../lib/http/response.ts";
import { faultOf, fromLatin1, latin1, LIMITS, parseLines, parseText } from "./head_text.ts";

const TOKEN_CHARS = "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~";

/** Refused heads: what is wrong, the whole text, the status, a word of the sentence. */
const REFUSED: ReadonlyArray<readonly [what: string, text: string, status: number, word: string]> = [
  // The request line. RFC 9112 §3.
  ["two spaces after the method (§3)", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "one space"],
  ["two spaces before the version (§3)", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400, "version"],
  ["a tab for a space (§3)", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method"],
  ["a space before the method (§3)", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method"],
  ["a space after the version (§3)", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "after the version"],
  ["a method that is no token (§3.1)", "G{T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method"],
  ["a method alone (§3)", "GET\r\nHost: a\r\n\r\n", 400, "method"],
  ["an empty line where the request line should be (§2.2)", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method"],
  ["an HTTP/0.9 request (§3)", "GET /\r\n\r\n", 400, "target"],
  ["version 0.9 (RFC 9110 §2.5)", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 400, "HTTP/1.0"],
  ["version 2.0 (RFC 9110 §15.6.6)", "PRI * HTTP/2.0\r\n\r\n", 505, "HTTP/1.1"],
  ["version 3.1 (RFC 9110 §15.6.6)", "GET / HTTP/3.1\r\nHost: a\r\n\r\n", 505, "HTTP/3.1"],
  ["a version in lower case (§2.3)", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "version"],
  ["a version without a minor part (§2.3)", "GET / HTTP/2\r\nHost: a\r\n\r\n", 400, "version"],
  ["a version of two digits (§2.3)", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400, "after the version"],
  ["another protocol (§2.3)", "GET / RTSP/1.0\r\nHost: a\r\n\r\n", 400, "version"],
  ["a bare LF after the request line (§2.2)", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "version"],
  ["a bare CR after the request line (§2.2)", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400, "version"],
  // The target. RFC 9112 §3.2.
  ["a fragment (§3.2)", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "fragment"],
  ["a space in the target (§3.2)", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "version"],
  ["latin1 in the target (§3.2)", "GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "percent-encode"],
  ["DEL in the target (§3.2)", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400, "percent-encode"],
  ["NUL in the target (§3.2)", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"],
  ["a bare CR in the target (§2.2)", "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target"],
  ["a target without a form (§3.2)", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "must start with"],
  ["an asterisk for GET (§3.2.4)", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "OPTIONS"],
  ["CONNECT (RFC 9110 §9.1)", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501, "proxy"],
  // The Host field. RFC 9112 §3.2.
  ["no Host in HTTP/1.1 (§3.2)", "GET / HTTP/1.1\r\nAccept: a\r\n\r\n", 400, "no Host"],
  ["no field at all in HTTP/1.1 (§3.2)", "GET / HTTP/1.1\r\n\r\n", 400, "no Host"],
  ["no Host beside an absolute target (§3.2)", "GET http://a/ HTTP/1.1\r\n\r\n", 400, "no Host"],
  ["a second Host (§3.2)", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "more than one Host"],
  ["a second, equal Host (§3.2)", "GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n", 400, "more than one Host"],
  ["a second Host in HTTP/1.0 (§3.2)", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400, "more than one Host"],
  ["an empty Host (RFC 9110 §4.2.1)", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "Host"],
  ["a Host with a path (§3.2)", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, '"a/b"'],
  ["a Host with user information (§3.2)", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, '"u@a"'],
  ["a Host with a space (§3.2)", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, '"a b"'],
  ["a Host with a bad port (§3.2)", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400, '"a:99999"'],
  ["a bad Host beside an absolute target (§3.2)", "GET http://a/ HTTP/1.1\r\nHost: ?\r\n\r\n", 400, '"?"'],
  // Field lines. RFC 9112 §5.
  ["a space before the colon (§5.1)", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "whitespace before the colon"],
  ["a tab before the colon (§5.1)", "GET / HTTP/1.1\r\nHost: a\r\nX\t: a\r\n\r\n", 400, "whitespace before the colon"],
  ["obsolete folding with a space (§5.2)", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "folding"],
  ["obsolete folding with a tab (§5.2)", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n", 400, "folding"],
  ["whitespace before the first field (§2.2)", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "whitespace"],
  ["an empty name (§5)", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400, "field name"],
  ["a line without a colon (§5)", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400, "field name"],
  ["a name that is no token (RFC 9110 §5.1)", "GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n", 400, "field name"],
  ["latin1 in a name (RFC 9110 §5.1)", "GET / HTTP/1.1\r\nHost: a\r\n\xe9: b\r\n\r\n", 400, "field name"],
  ["NUL in a name (RFC 9110 §5.1)", "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", 400, "field name"],
  ["a bare CR in a value (§2.2)", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400, "CR without LF"],
  ["a bare LF in a value (§2.2)", "GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n", 400, "LF without CR"],
  ["CR CR LF at the end of a value (§2.2)", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n", 400, "CR without LF"],
  ["NUL in a value (RFC 9110 §5.5)", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400, "control"],
  ["ESC in a value (RFC 9110 §5.5)", "GET / HTTP/1.1\r\nHost: a\r\nX: \x1b\r\n\r\n", 400, "control"],
  ["DEL in a value (RFC 9110 §5.5)", "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", 400, "control"],
];

for (const [what, text, status, word] of REFUSED) {
  Deno.test(`parseRequestHead rejects ${what} with ${status} (RFC 9112)`, () => {
    const fault = faultOf(() => parseText(text));
    assertEquals(fault.status, status, fault.message);
    assertStringIncludes(fault.message, word);
  });
}

Deno.test("parseRequestHead gives method, target, version, path, query, authority and fields", () => {
  const head = parseLines("GET /rooms/a%20b?x=1 HTTP/1.1", "Host: Example.com:80", "X-A: 1", "x-a:2\t ", "Empty:");
  assertEquals([head.method, head.target, head.version], ["GET", "/rooms/a%20b?x=1", "1.1"]);
  assertEquals([head.path, head.query, head.authority], ["/rooms/a%20b", "?x=1", "Example.com:80"]);
  assertEquals(head.fields.entries(), [["host", "Example.com:80"], ["x-a", "1"], ["x-a", "2"], ["empty", ""]]);
});

Deno.test("parseRequestHead keeps the case of a method (RFC 9110 §9.1)", () => {
  assertEquals(parseLines("get / HTTP/1.1", "Host: a").method, "get");
});

Deno.test("parseRequestHead keeps whitespace inside a value and trims it around (RFC 9112 §5)", () => {
  assertEquals(parseLines("GET / HTTP/1.1", "Host: a", "X: \t a \t b \t ").fields.get("x"), "a \t b");
});

Deno.test("parseRequestHead reads obs-text as latin1 (RFC 9110 §5.5)", () => {
  assertEquals(parseLines("GET / HTTP/1.1", "Host: a", "X: \xe9\xff").fields.get("x"), "\xe9\xff");
});

Deno.test("parseRequestHead treats later minor versions as 1.1 (RFC 9110 §2.5)", () => {
  assertEquals(parseLines("GET / HTTP/1.2", "Host: a").version, "1.1");
  assertEquals(parseLines("GET / HTTP/1.9", "Host: a").version, "1.1");
});

Deno.test("parseRequestHead accepts HTTP/1.0 with and without Host (RFC 9112 §3.2)", () => {
  assertEquals(parseLines("GET / HTTP/1.0").authority, "");
  assertEquals(parseLines("GET / HTTP/1.0", "Host: a").authority, "a");
  assertEquals(parseLines("GET / HTTP/1.0").version, "1.0");
});

Deno.test("parseRequestHead lets the authority of an absolute-form target win over Host (RFC 9112 §3.2.2)", () => {
  const head = parseLines("GET http://real.example/a HTTP/1.1", "Host: other.example");
  assertEquals([head.authority, head.path, head.target], ["real.example", "/a", "http://real.example/a"]);
});

Deno.test("parseRequestHead accepts the asterisk-form of OPTIONS (RFC 9112 §3.2.4)", () => {
  assertEquals(parseLines("OPTIONS * HTTP/1.1", "Host: a").path, "*");
});

Deno.test("parseRequestHead works at an offset of a view that is itself at an offset", () => {
  const text = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
  const view = latin1(`#####${text}rest`).subarray(2);
  const head = parseRequestHead(view, 3, 3 + text.length, LIMITS);
  assertEquals([head.path, head.authority], ["/x", "a"]);
});

Deno.test("parseRequestHead rejects a target above 8192 bytes with 414 (RFC 9112 §3)", () => {
  const target = (length: number) => "/" + "a".repeat(length - 1);
  assertEquals(parseLines(`GET ${target(MAX_TARGET_BYTES)} HTTP/1.1`, "Host: a").path.length, MAX_TARGET_BYTES);
  assertEquals(faultOf(() => parseLines(`GET ${target(MAX_TARGET_BYTES + 1)} HTTP/1.1`, "Host: a")).status, 414);
});

Deno.test("parseRequestHead rejects a head above maxHeadBytes with 431 (RFC 6585 §5)", () => {
  const text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  assertEquals(parseText(text, { maxHeadBytes: text.length, maxHeaderFields: 1 }).path, "/");
  assertEquals(faultOf(() => parseText(text, { maxHeadBytes: text.length - 1, maxHeaderFields: 1 })).status, 431);
});

Deno.test("parseRequestHead rejects more than maxHeaderFields fields with 431 (RFC 6585 §5)", () => {
  const text = "GET / HTTP/1.1\r\nHost: a\r\nB: b\r\n\r\n";
  assertEquals(parseText(text, { maxHeadBytes: 1000, maxHeaderFields: 2 }).fields.size, 2);
  assertEquals(faultOf(() => parseText(text, { maxHeadBytes: 1000, maxHeaderFields: 1 })).status, 431);
});

Deno.test("parseRequestHead rejects a range that does not end with an empty line with 400", () => {
  const bytes = latin1("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals(faultOf(() => parseRequestHead(bytes, 0, bytes.length - 1, LIMITS)).status, 400);
  assertEquals(faultOf(() => parseRequestHead(bytes, 0, bytes.length + 1, LIMITS)).status, 400);
  for (const [start, end] of [[0, 0], [0, -1], [5, -1], [5, 2], [bytes.length - 3, bytes.length]] as const) {
    assertEquals(faultOf(() => parseRequestHead(bytes, start, end, LIMITS)).status, 400);
  }
});

Deno.test("parseRequestHead escapes what it shows of a hostile head", () => {
  const fault = faultOf(() => parseLines("GET / HTTP/1.1", "Host: <b>\xe9"));
  assertStringIncludes(fault.message, '"<b>\\xe9"');
});

Deno.test("headTooLarge says 414 when the target alone is too long, complete or not, else 431", () => {
  const status = (text: string) => headTooLarge(latin1(text), 0, text.length).status;
  assertEquals(status("GET /" + "a".repeat(MAX_TARGET_BYTES)), 414);
  assertEquals(status("GET /" + "a".repeat(MAX_TARGET_BYTES) + " HTTP/1.1\r\n"), 414);
  assertEquals(status("GET / HTTP/1.1\r\nCookie: " + "a".repeat(2 * MAX_TARGET_BYTES)), 431);
  assertEquals(status("a".repeat(2 * MAX_TARGET_BYTES)), 431);
});

Deno.test("leadingCrlf skips one empty line and no more (RFC 9112 §2.2)", () => {
  const skipped = (text: string, start = 0) => leadingCrlf(latin1(text), start, text.length);
  assertEquals(skipped("\r\nGET"), 2);
  assertEquals(skipped("\r\n\r\nGET"), 2);
  assertEquals(skipped("GET"), 0);
  assertEquals(skipped("\nGET"), 0);
  assertEquals(skipped("\r"), 0);
  assertEquals(skipped("ab\r\n", 2), 4);
  assertEquals(skipped("ab\r\n", 4), 4);
});

Deno.test("findHeadEnd finds the first empty line, within the range only", () => {
  const bytes = latin1("GET / HTTP/1.1\r\nHost: a\r\n\r\nx\r\n\r\n");
  assertEquals(findHeadEnd(bytes, 0, bytes.length), 27);
  assertEquals(findHeadEnd(bytes, 0, 27), 27);
  assertEquals(findHeadEnd(bytes, 0, 26), -1);
  assertEquals(findHeadEnd(bytes, 23, bytes.length), 27);
  assertEquals(findHeadEnd(bytes, 24, bytes.length), bytes.length);
});

Deno.test("findHeadEnd does not take LF LF or CR CR for an empty line (RFC 9112 §2.2)", () => {
  for (const text of ["GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\r", "GET / HTTP/1.1\r\n\n", "GET / HTTP/1.1\n\r\n"]) {
    assertEquals(findHeadEnd(latin1(text), 0, text.length), -1, text);
  }
});

Deno.test("findHeadEnd resumed at max(start, previousEnd - 3) finds what one search finds", () => {
  const piece = fc.constantFrom("\r", "\n", "\r\n", "\r\n\r\n", "a");
  fc.assert(fc.property(fc.array(piece), fc.array(fc.nat(5), { maxLength: 60 }), (pieces, steps) => {
    const bytes = latin1(pieces.join(""));
    let [end, found] = [0, -1];
    for (const step of [...steps, bytes.length]) {
      const next = Math.min(bytes.length, end + step);
      found = findHeadEnd(bytes, Math.max(0, end - 3), next);
      if (found !== -1) break;
      end = next;
    }
    assertEquals(found, findHeadEnd(bytes, 0, bytes.length));
  }));
});

Deno.test("arbitrary bytes cause only HttpError", () => {
  const hostile = fc.array(
    fc.oneof(
      fc.constantFrom(
        "GET ",
        "/",
        " HTTP/1.1\r\n",
        "Host: a\r\n",
        "\r\n",
        "\r",
        "\n",
        ":",
        " ",
        "\0",
        "*",
        "http://",
        "#",
        "\xff",
      ),
      fc.string({ unit: "binary", maxLength: 3 }).map((text) => text.replace(/[^\0-\xff]/g, "")),
    ),
    { maxLength: 20 },
  ).map((pieces) => latin1(pieces.join("") + "\r\n\r\n"));
  fc.assert(
    fc.property(hostile, fc.nat(10), (bytes, start) => {
      const end = findHeadEnd(bytes, start, bytes.length);
      try {
        parseRequestHead(bytes, start, end, LIMITS);
      } catch (error) {
        assertInstanceOf(error, HttpError);
        assert(error.status >= 400 && error.status <= 505);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("every one-byte change of a valid head is parsed or refused with an HttpError", () => {
  const valid = latin1("GET /a?b HTTP/1.1\r\nHost: a:1\r\nX-Y: z\r\n\r\n");
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.nat(255), (at, octet) => {
      const bytes = valid.slice();
      bytes[at] = octet;
      try {
        parseRequestHead(bytes, 0, bytes.length, LIMITS);
      } catch (error) {
        assertInstanceOf(error, HttpError);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("what is encoded as field lines is parsed back the same", () => {
  const name = fc.string({ unit: fc.constantFrom(...TOKEN_CHARS), minLength: 1, maxLength: 12 })
    .map((text) => text.toLowerCase()).filter((text) => text !== "host");
  const value = fc.string({ unit: fc.nat(0xff).map((code) => String.fromCharCode(code)), maxLength: 20 })
    .map((text) => Array.from(text).filter(validFieldValue).join("").replace(/^[ \t]+|[ \t]+$/g, ""));
  fc.assert(fc.property(fc.array(fc.tuple(name, value), { maxLength: 10 }), (lines) => {
    const encoded = fromLatin1(encodeResponseHead(200, lines));
    const head = parseText("GET / HTTP/1.1\r\nhost: a\r\n" + encoded.slice(encoded.indexOf("\r\n") + 2));
    assertEquals(head.fields.entries().slice(1), lines);
  }));
});
