/**
 * Tests of the origin policy.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkOrigin, isLoopbackAuthority, parseAllowedOrigin } from "../../lib/handshake/origin.ts";

type Row = readonly [origin: string | null, authority: string, allowed: readonly string[] | null];

/** What is allowed, by the sentence that says why. */
const ALLOWED: Readonly<Record<string, readonly Row[]>> = {
  "a request without an Origin: no browser (RFC 6455 §10.2)": [
    [null, "example.com", null],
    [null, "example.com", ["https://other.example"]],
  ],
  "the same host and port": [
    ["http://example.com:4000", "example.com:4000", null],
    ["https://Example.COM", "example.com", null],
    ["http://10.0.0.1:81", "10.0.0.1:81", null],
    ["http://[2001:db8::1]:81", "[2001:DB8:0::1]:81", null],
  ],
  "the same host with the scheme's default port left out on one side": [
    ["http://example.com", "example.com:80", null],
    ["http://example.com:80", "example.com", null],
    ["https://example.com", "example.com:443", null],
    ["https://example.com:443", "example.com", null],
    ["https://example.com", "example.com:", null],
  ],
  "all loopback names as one host": [
    ["http://localhost:4000", "127.0.0.1:4000", null],
    ["http://127.0.0.1:4000", "localhost:4000", null],
    ["http://[::1]:4000", "app.localhost:4000", null],
    ["http://127.255.0.9:4000", "[::1]:4000", null],
    ["http://LOCALHOST", "127.0.0.1:80", null],
  ],
  "an entry of the list": [
    ["https://app.example", "ws.example", ["https://other.example", "https://app.example"]],
    ["https://APP.example", "ws.example", ["https://app.EXAMPLE"]],
    ["https://app.example", "ws.example", ["https://app.example:443"]],
    ["https://app.example:443", "ws.example", ["https://app.example"]],
    ["http://app.example:5173", "ws.example", ["http://app.example:5173"]],
    ["chrome-extension://abcdef", "ws.example", ["chrome-extension://abcdef"]],
    ["null", "ws.example", ["null"]],
  ],
  "the same host beside a list": [["http://example.com:4000", "example.com:4000", ["https://app.example"]]],
  "subdomains at any depth by a wildcard": [
    ["https://a.example.com", "ws.other", ["https://*.example.com"]],
    ["https://b.a.example.com", "ws.other", ["https://*.example.com"]],
    ["http://a.example.com:81", "ws.other", ["http://*.example.com:81"]],
  ],
  "everything by *": [
    ["https://evil.example", "ws.example", ["*"]],
    ["null", "ws.example", ["https://a.example", "*"]],
    ["not an origin", "ws.example", ["*"]],
  ],
};

/** What is refused, by the sentence that says why. */
const REFUSED: Readonly<Record<string, readonly Row[]>> = {
  "another host": [
    ["https://evil.example", "example.com", null],
    ["https://evil.example", "example.com", []],
    ["https://sub.example.com", "example.com", null],
    ["https://example.com.evil.example", "example.com", null],
    ["https://evilexample.com", "example.com", null],
  ],
  "another port": [
    ["http://example.com:4001", "example.com:4000", null],
    ["http://localhost:5173", "localhost:4000", null],
    ["http://example.com", "example.com:443", null],
    ["https://example.com", "example.com:80", null],
    ["http://example.com", "example.com:4000", null],
  ],
  "names that only look like loopback": [
    ["http://127.evil.example:4000", "127.0.0.1:4000", null],
    ["http://localhost.evil.example:4000", "localhost:4000", null],
    ["http://evillocalhost:4000", "localhost:4000", null],
    ["http://128.0.0.1:4000", "127.0.0.1:4000", null],
    ["http://[::2]:4000", "[::1]:4000", null],
  ],
  "null and malformed origins": [
    ["null", "example.com", null],
    ["null", "example.com", ["https://example.com"]],
    ["", "example.com", null],
    ["example.com", "example.com", null],
    ["://example.com", "example.com", null],
    ["http://", "example.com", null],
    ["http://example.com/", "example.com", null],
    ["http://example.com/path", "example.com", null],
    ["http://user@example.com", "example.com", null],
    ["http://example.com, http://example.com", "example.com", null],
    ["http://example.com http://evil.example", "example.com", null],
    ["http://example.com:99999", "example.com", null],
  ],
  "the same host under a scheme that is not the web's": [
    ["app://localhost:4000", "localhost:4000", null],
    ["chrome-extension://example.com", "example.com", null],
  ],
  "what is not on the list": [
    ["http://app.example", "ws.example", ["https://app.example"]],
    ["https://app.example:444", "ws.example", ["https://app.example"]],
    ["https://sub.app.example", "ws.example", ["https://app.example"]],
  ],
  "what a wildcard does not cover": [
    ["https://example.com", "ws.other", ["https://*.example.com"]],
    ["https://evilexample.com", "ws.other", ["https://*.example.com"]],
    ["http://a.example.com", "ws.other", ["https://*.example.com"]],
    ["https://a.example.com:444", "ws.other", ["https://*.example.com"]],
    ["https://a.example.com.evil.example", "ws.other", ["https://*.example.com"]],
  ],
  "a request whose own host is empty or no host": [["http://a", "", null], ["http://a", "a b", null]],
};

for (const [what, rows] of Object.entries(ALLOWED)) {
  Deno.test(`checkOrigin allows ${what}`, () => {
    for (const row of rows) assertEquals(checkOrigin(...row), null, JSON.stringify(row));
  });
}

for (const [what, rows] of Object.entries(REFUSED)) {
  Deno.test(`checkOrigin refuses ${what} (RFC 6455 §4.2.1 item 7)`, () => {
    for (const row of rows) assert(typeof checkOrigin(...row) === "string", JSON.stringify(row));
  });
}

Deno.test("checkOrigin's refusal names the origin, the host asked for, and the option in both its names", () => {
  for (const origin of ["https://evil.example", "null", "\x1b[31m"]) {
    const sentence = checkOrigin(origin, "example.com", null) ?? "";
    assertStringIncludes(sentence, origin === "\x1b[31m" ? '"\\x1b[31m"' : `"${origin}"`);
    for (const word of ['"example.com"', "allowedOrigins", "SOCKEYE_ALLOWED_ORIGINS"]) {
      assertStringIncludes(sentence, word);
    }
  }
});

Deno.test("checkOrigin answers for any origin without throwing, and allows another host to none", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain().map((host) => `https://${host}`)), (origin) => {
    assert(checkOrigin(origin, "sockeye.internal:4000", null) !== null);
    assertEquals(checkOrigin(origin, "sockeye.internal:4000", ["*"]), null);
  }));
});

Deno.test("isLoopbackAuthority knows localhost, *.localhost, 127.0.0.0/8 and [::1], with any port", () => {
  for (
    const text of [
      "localhost",
      "LOCALHOST:1",
      "a.b.localhost:4000",
      "127.0.0.1",
      "127.9.9.9:80",
      "[::1]:4000",
      "[0::1]",
    ]
  ) {
    assert(isLoopbackAuthority(text), text);
  }
  for (
    const text of ["", "example.com", "localhost.example.com", "127.0.0.1.example.com", "0.0.0.0", "[::2]", "10.0.0.1"]
  ) {
    assertFalse(isLoopbackAuthority(text), text);
  }
});

Deno.test("parseAllowedOrigin returns valid entries in lower case", () => {
  const entries: ReadonlyArray<readonly [text: string, entry: string]> = [
    ["https://Example.com", "https://example.com"],
    [" http://localhost:5173 ", "http://localhost:5173"],
    ["https://*.example.com:8443", "https://*.example.com:8443"],
    ["http://[::1]:4000", "http://[::1]:4000"],
    ["capacitor://localhost", "capacitor://localhost"],
    ["*", "*"],
    ["null", "null"],
  ];
  for (const [text, entry] of entries) assertEquals(parseAllowedOrigin(text), entry);
});

Deno.test("parseAllowedOrigin throws a TypeError that shows the entry and says what is allowed", () => {
  const entries = [
    "",
    "example.com",
    "https://",
    "https://example.com/",
    "https://example.com/path",
    "https://user@example.com",
    "https://*",
    "https://*.",
    "https://*.*.com",
    "https://a.*.com",
    "https://*a.com",
    "https://*.127.0.0.1",
    "https://*.[::1]",
    "https://example.com:99999",
    "*.example.com",
    "https://a.example https://b.example",
  ];
  for (const text of entries) {
    const error = assertThrows(() => parseAllowedOrigin(text), TypeError, `"${text}"`);
    assertStringIncludes(error.message, "https://host:port");
  }
});

Deno.test("every origin that parseAllowedOrigin accepts is allowed by its own entry", () => {
  fc.assert(fc.property(fc.domain(), fc.option(fc.nat(65_535)), (host, port) => {
    const origin = port === null ? `https://${host}` : `https://${host}:${port}`;
    assertEquals(checkOrigin(origin, "other.internal", [parseAllowedOrigin(origin)]), null);
    assertEquals(checkOrigin(origin.replace("://", "://x."), "other.internal", [origin.replace("://", "://*.")]), null);
  }));
});

Deno.test("checkOrigin over https refuses the page of the same host that came without TLS, unless it is listed", () => {
  const check = (origin: string, allowed: readonly string[] | null = null) =>
    checkOrigin(origin, "example.com:4000", allowed, "https");
  assertEquals(check("https://example.com:4000"), null);
  for (const origin of ["http://example.com:4000", "HTTP://example.com:4000", "http://EXAMPLE.com:4000"]) {
    assertStringIncludes(check(origin) ?? "", "allowedOrigins");
  }
  assertEquals(check("http://example.com:4000", ["http://example.com:4000"]), null);
  assertEquals(checkOrigin("http://localhost", "127.0.0.1:80", null, "https")?.includes("may not connect"), true);
});
