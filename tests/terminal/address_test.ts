/** The URL of a WebSocket, in the forms that people type. @module */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseAddress } from "../../lib/terminal/address.ts";

const FORMS: ReadonlyArray<readonly [text: string, url: string, hostname: string, port: number]> = [
  ["ws://127.0.0.1:4000/echo", "ws://127.0.0.1:4000/echo", "127.0.0.1", 4000],
  ["wss://example.com", "wss://example.com/", "example.com", 443],
  ["ws://example.com:80/", "ws://example.com/", "example.com", 80],
  ["wss://example.com:80/", "wss://example.com:80/", "example.com", 80],
  ["http://example.com/a?b=c", "ws://example.com/a?b=c", "example.com", 80],
  ["HTTPS://Example.com/a", "wss://example.com/a", "example.com", 443],
  [":4000/path", "ws://127.0.0.1:4000/path", "127.0.0.1", 4000],
  [":4000", "ws://127.0.0.1:4000/", "127.0.0.1", 4000],
  ["localhost:4000", "ws://localhost:4000/", "localhost", 4000],
  ["localhost:4000?a", "ws://localhost:4000/?a", "localhost", 4000],
  ["example.com/chat", "ws://example.com/chat", "example.com", 80],
  ["[::1]:4000/echo", "ws://[::1]:4000/echo", "::1", 4000],
  ["wss://[2001:DB8:0:0::1]/", "wss://[2001:db8::1]/", "2001:db8::1", 443],
  ["ws://h/ä b", "ws://h/%C3%A4%20b", "h", 80],
];

for (const [text, url, hostname, port] of FORMS) {
  Deno.test(`parseAddress takes ${text} for ${url}`, () => {
    const address = parseAddress(text);
    assertEquals([address.url, address.hostname, address.port], [url, hostname, port]);
    assertEquals(address.url, `${address.isSecure ? "wss" : "ws"}://${address.authority}${address.target}`);
  });
}

const WRONG: ReadonlyArray<readonly [text: string, what: string]> = [
  ["ftp://example.com", "ftp: is not a scheme of WebSockets; use ws: or wss:"],
  ["file:///etc/passwd", "file: is not a scheme"],
  ["ws://example.com/#top", "no fragment; leave out #"],
  ["ws://example.com/#", "no fragment"],
  ["ws://", "not a URL; write it as in ws://"],
  [":70000/", "not a URL"],
  ["::1", "not a URL"],
  ["", "not a URL"],
];

for (const [text, what] of WRONG) {
  Deno.test(`parseAddress refuses ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseAddress(text), TypeError, what);
  });
}

Deno.test("parseAddress takes user and password out, for the Authorization header (RFC 7617)", () => {
  const { url, authorization } = parseAddress("ws://Aladdin:open%20sesame@example.com/x");
  assertEquals(url, "ws://example.com/x");
  assertEquals(authorization, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  assertEquals(parseAddress("ws://example.com").authorization, undefined);
});

Deno.test("parseAddress gives the same for its own URL", () => {
  fc.assert(fc.property(fc.webUrl({ withQueryParameters: true, validSchemes: ["ws", "wss"] }), (text) => {
    const address = parseAddress(text);
    assertEquals(parseAddress(address.url), address);
    assertEquals(address.target.startsWith("/"), true);
  }));
});
