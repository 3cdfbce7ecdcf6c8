/** The opening handshake on the client's side. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { parseResponseHead } from "../../lib/http/mod.ts";
import {
  DEFLATE_OFFER,
  type Opening,
  OpeningError,
  openingFields,
  type OpeningRequest,
  openingText,
  readOpening,
  RefusedError,
} from "../../lib/terminal/opening.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const RIGHT = ["Upgrade: websocket", "Connection: Upgrade", ACCEPT];

const headOf = (lines: readonly string[]) => {
  const bytes = new TextEncoder().encode(["HTTP/1.1 101 Switching Protocols", ...lines, "", ""].join("\r\n"));
  return parseResponseHead(bytes, 0, bytes.length);
};

function open(lines: readonly string[], more: OpeningRequest["fields"] = []): Opening {
  return readOpening({ target: "/", fields: [...openingFields("h", KEY), ...more] }, headOf(lines));
}

Deno.test("openingText has what RFC 6455 §4.1 asks for, in order", () => {
  assertEquals(
    openingText({ target: "/chat?x", fields: openingFields("example.com", KEY) }),
    "GET /chat?x HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
  );
});

Deno.test("readOpening accepts the answer of RFC 6455 §1.3", () => {
  const { subprotocol, deflate } = open(RIGHT);
  assertEquals([subprotocol, deflate], [undefined, undefined]);
  open(["upgrade: WebSocket", "connection: keep-alive, upgrade", ACCEPT]);
});

Deno.test("readOpening tells which subprotocol was chosen, and which terms of permessage-deflate", () => {
  const offers = [["Sec-WebSocket-Protocol", "a, b"], ["sec-websocket-extensions", DEFLATE_OFFER]] as const;
  const answers = [
    "Sec-WebSocket-Protocol: b",
    "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10",
  ];
  const { subprotocol, deflate } = open([...RIGHT, ...answers], offers);
  assertEquals([subprotocol, deflate], ["b", { serverNoContextTakeover: false, serverMaxWindowBits: 10 }]);
});

const WRONG: ReadonlyArray<readonly [lines: string[], what: string]> = [
  [[RIGHT[1]!, ACCEPT], 'Upgrade of the answer is missing, not "websocket"'],
  [["Upgrade: h2c", RIGHT[1]!, ACCEPT], 'Upgrade of the answer is "h2c"'],
  [[RIGHT[0]!, "Connection: keep-alive", ACCEPT], 'Connection of the answer is "keep-alive"'],
  [[RIGHT[0]!, RIGHT[1]!], "Sec-WebSocket-Accept of the answer is missing"],
  [[RIGHT[0]!, RIGHT[1]!, "Sec-WebSocket-Accept: AAAA"], 'Sec-WebSocket-Accept of the answer is "AAAA"'],
  [[...RIGHT, "Sec-WebSocket-Protocol: c"], 'the subprotocol "c", which was not offered'],
  [[...RIGHT, "Sec-WebSocket-Extensions: permessage-deflate"], "not offered"],
  [[...RIGHT, "Sec-WebSocket-Extensions: ;"], "malformed"],
];

for (const [lines, what] of WRONG) {
  Deno.test(`readOpening fails the connection: ${what}`, () => {
    assertThrows(() => open(lines), OpeningError, what);
  });
}

for (
  const answer of [
    "x-other",
    "permessage-deflate, permessage-deflate",
    "permessage-deflate; client_max_window_bits=10",
    "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; server_no_context_takeover=1",
  ]
) {
  Deno.test(`readOpening fails the connection for the extension ${answer}`, () => {
    const offer = [["Sec-WebSocket-Extensions", DEFLATE_OFFER]] as const;
    assertThrows(() => open([...RIGHT, `Sec-WebSocket-Extensions: ${answer}`], offer), OpeningError);
  });
}

Deno.test("RefusedError says the status and what the server says", () => {
  const bytes = new TextEncoder().encode("HTTP/1.1 403 Forbidden\r\n\r\n");
  const error = new RefusedError(parseResponseHead(bytes, 0, bytes.length), "Not you.\n");
  assertEquals(error.message, "the server refused: HTTP/1.1 403 Forbidden: Not you.");
});
