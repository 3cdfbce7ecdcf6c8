/** URLs as the client takes them, and tokens as a subprotocol holds them. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { base64Url, socketUrl } from "../../lib/client/url.ts";

const CASES: ReadonlyArray<readonly [url: string | URL, base: string | undefined, href: string]> = [
  ["wss://example.com/chat", undefined, "wss://example.com/chat"],
  ["https://example.com/chat?a=b", undefined, "wss://example.com/chat?a=b"],
  [new URL("http://[::1]:8080/"), undefined, "ws://[::1]:8080/"],
  ["/chat", "https://example.com/page?x#top", "wss://example.com/chat"],
  ["chat", "http://example.com:81/rooms/one", "ws://example.com:81/rooms/chat"],
  ["ws://example.com/#part", undefined, "ws://example.com/"],
];

for (const [url, base, href] of CASES) {
  Deno.test(`socketUrl makes ${url}${base ? ` on ${base}` : ""} into ${href}`, () => {
    assertEquals(socketUrl(url, base), href);
  });
}

Deno.test("socketUrl refuses what no WebSocket connects to", () => {
  for (const url of ["/chat", "ftp://example.com/", "mailto:a@example.com", "ws://"]) {
    assertThrows(() => socketUrl(url), TypeError);
  }
});

Deno.test("base64Url is base64url of the UTF-8 without padding (RFC 4648 §5)", () => {
  for (const text of ["", "a", "ab", "abc", "a.b-c_d", "é😀", "ÿÿÿ>>>???"]) {
    const wanted = new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
    assertEquals(base64Url(text), wanted);
  }
});
