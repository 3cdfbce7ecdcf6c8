import { assertEquals } from "@std/assert";
import { handshakeView } from "../../../lib/observe/inspector/handshake_view.ts";

const REQUEST = {
  method: "GET",
  url: "http://127.0.0.1:4000/chat?token=secret",
  remoteAddress: "127.0.0.1",
  headers: [
    ["host", "127.0.0.1:4000"],
    ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["cookie", "session=secret"],
  ],
} as const;

Deno.test("handshakeView goes through the steps of the RFC's example (§1.3)", () => {
  const view = handshakeView({ request: REQUEST, subprotocol: "chat", extensions: "permessage-deflate" });
  assertEquals(view, {
    isUpgrade: true,
    requestLine: "GET /chat?[redacted] HTTP/1.1",
    request: [["host", "127.0.0.1:4000"], ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="], ["cookie", "[redacted]"]],
    key: "dGhlIHNhbXBsZSBub25jZQ==",
    guid: "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
    joined: "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
    sha1: "b37a4f2cc0624f1690f64606cf385945b2bec4ea",
    accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    responseLine: "HTTP/1.1 101 Switching Protocols",
    response: [
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
      ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
      ["Sec-WebSocket-Protocol", "chat"],
      ["Sec-WebSocket-Extensions", "permessage-deflate"],
    ],
    isResponseExact: false,
  });
});

Deno.test("handshakeView shows the 101 as it was sent, where that was seen, and no cookie in it", () => {
  const head = new TextEncoder().encode(
    "HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: a=secret\r\nX-Mine: b:c\r\n\r\n",
  );
  const view = handshakeView({ request: REQUEST, subprotocol: "", extensions: "", head });
  assertEquals(view.response, [["Set-Cookie", "[redacted]"], ["X-Mine", "b:c"]]);
  assertEquals(view.isResponseExact, true);
});

Deno.test("handshakeView of a client that polls has its request, redacted, and no key to compute with", () => {
  const request = {
    ...REQUEST,
    method: "POST",
    headers: [["authorization", "Bearer secret"], ["origin", "null"]],
  } as const;
  const view = handshakeView({ request, subprotocol: "", extensions: "" });
  assertEquals([view.isUpgrade, view.requestLine, view.key, view.response], [
    false,
    "POST /chat?[redacted] HTTP/1.1",
    "",
    [],
  ]);
  assertEquals(view.request, [["authorization", "[redacted]"], ["origin", "null"]]);
});
