/** Lengths of the heads of a handshake, against the bytes themselves. @module */
import { assertEquals } from "@std/assert";
import { acceptKey, encodeSwitchingProtocols } from "../../../lib/handshake/mod.ts";
import { requestHeadBytes, switchingProtocolsBytes } from "../../../routes/_compare/handshake_bytes.ts";

Deno.test("requestHeadBytes is the length of the head as HTTP/1.1 writes it, query string and all", () => {
  const head = "GET /compare?rate=4&x=%C3%A9 HTTP/1.1\r\nhost: example.com:4000\r\nuser-agent: x/1.0 (y)\r\n\r\n";
  const request = new Request("http://example.com:4000/compare?rate=4&x=%C3%A9", {
    headers: { host: "example.com:4000", "user-agent": "x/1.0 (y)" },
  });
  assertEquals(requestHeadBytes(request), head.length);
});

Deno.test("switchingProtocolsBytes is the length of the 101 that the server writes", () => {
  const accept = acceptKey("dGhlIHNhbXBsZSBub25jZQ==");
  const head = encodeSwitchingProtocols({ accept });
  assertEquals(switchingProtocolsBytes, head.length);
});
