/**
 * Tests of the opening handshake.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { acceptKey } from "../../lib/handshake/accept_key.ts";
import { checkUpgrade, encodeSwitchingProtocols, isWebSocketUpgrade } from "../../lib/handshake/upgrade.ts";
import { findHeadEnd, parseRequestHead, type RequestHead } from "../../lib/http/mod.ts";
import { faultOf, fromLatin1, latin1, LIMITS, parseLines } from "../http/head_text.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** The handshake of RFC 6455 §1.3, with lines replaced (by name), left out (null) or added. */
function handshake(changes: Readonly<Record<string, string | readonly string[] | null>> = {}): RequestHead {
  const { line = "GET /chat HTTP/1.1", ...fields } = {
    "Host": "server.example.com",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Origin": "http://example.com",
    "Sec-WebSocket-Protocol": "chat, superchat",
    "Sec-WebSocket-Version": "13",
    ...changes,
  } as Readonly<Record<string, string | readonly string[] | null>>;
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => `${name}: ${one}`)
  );
  return parseLines(String(line), ...lines);
}

Deno.test("checkUpgrade accepts the example handshake (RFC 6455 §1.3)", () => {
  const head = handshake();
  assert(isWebSocketUpgrade(head));
  assertEquals(checkUpgrade(head), { key: KEY, subprotocols: ["chat", "superchat"], extensions: [] });
});

Deno.test("checkUpgrade accepts a key with pad bits set, as in the note of RFC 6455 §4.1", () => {
  const key = "AQIDBAUGBwgJCgsMDQ4PEC==";
  assertEquals(checkUpgrade(handshake({ "Sec-WebSocket-Key": key })).key, key);
});

Deno.test("isWebSocketUpgrade finds the token in any case, list and field, for any method and version", () => {
  assert(isWebSocketUpgrade(handshake({ Upgrade: "h2c, WebSocket" })));
  assert(isWebSocketUpgrade(handshake({ Upgrade: ["h2c", "WEBSOCKET"] })));
  assert(isWebSocketUpgrade(handshake({ line: "POST / HTTP/1.0" })));
});

Deno.test("isWebSocketUpgrade leaves ordinary requests and other upgrades alone", () => {
  assertFalse(isWebSocketUpgrade(handshake({ Upgrade: null })));
  assertFalse(isWebSocketUpgrade(handshake({ Upgrade: "h2c" })));
  assertFalse(isWebSocketUpgrade(handshake({ Upgrade: "websockets" })));
});

/** Refused handshakes: what is wrong, what is changed, the status, a word of the sentence. */
const REFUSED: ReadonlyArray<
  readonly [what: string, changes: Parameters<typeof handshake>[0], status: number, word: string]
> = [
  ["POST (§4.2.1 item 1)", { line: "POST /chat HTTP/1.1" }, 405, "GET"],
  ["HEAD (§4.2.1 item 1)", { line: "HEAD /chat HTTP/1.1" }, 405, "GET"],
  ["get in lower case (§4.2.1 item 1)", { line: "get /chat HTTP/1.1" }, 405, "GET"],
  ["HTTP/1.0 (§4.2.1 item 1)", { line: "GET /chat HTTP/1.0" }, 400, "HTTP/1.1"],
  ["no Upgrade (§4.2.1 item 3)", { Upgrade: null }, 426, "WebSocket"],
  ["another Upgrade (§4.2.1 item 3)", { Upgrade: "h2c" }, 426, "WebSocket"],
  ["no Connection (§4.2.1 item 4)", { Connection: null }, 400, "Connection"],
  ["Connection without the token (§4.2.1 item 4)", { Connection: "keep-alive" }, 400, "Connection"],
  ["Connection with a longer token (§4.2.1 item 4)", { Connection: "upgrade2" }, 400, "Connection"],
  ["no key (§4.2.1 item 5)", { "Sec-WebSocket-Key": null }, 400, "0 Sec-WebSocket-Key"],
  ["two keys (§11.3.1)", { "Sec-WebSocket-Key": [KEY, KEY] }, 400, "2 Sec-WebSocket-Key"],
  ["an empty key (§4.2.1 item 5)", { "Sec-WebSocket-Key": "" }, 400, "16 random bytes"],
  ["a key of 15 octets (§4.2.1 item 5)", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" }, 400, "16 random bytes"],
  ["a key of 17 octets (§4.2.1 item 5)", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSE=" }, 400, "16 random bytes"],
  ["a key of 18 octets (§4.2.1 item 5)", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSEh" }, 400, "16 random bytes"],
  ["a key without padding (RFC 4648 §3.2)", { "Sec-WebSocket-Key": KEY.slice(0, 22) }, 400, "16 random bytes"],
  ["a key in base64url (RFC 4648 §4)", { "Sec-WebSocket-Key": "-_hlIHNhbXBsZSBub25jZQ==" }, 400, "16 random bytes"],
  ["a key with a space (RFC 4648 §3.3)", { "Sec-WebSocket-Key": "dGhlIHNhbXBs SBub25jZQ==" }, 400, "16 random bytes"],
  ["two keys in one field (§11.3.1)", { "Sec-WebSocket-Key": `${KEY}, ${KEY}` }, 400, "16 random bytes"],
  ["no version (§4.2.1 item 6)", { "Sec-WebSocket-Version": null }, 426, "missing"],
  ["version 8 (§4.4)", { "Sec-WebSocket-Version": "8" }, 426, '"8"'],
  ["version 14 (§4.4)", { "Sec-WebSocket-Version": "14" }, 426, '"14"'],
  ["version 013 (§4.1)", { "Sec-WebSocket-Version": "013" }, 426, '"013"'],
  ["a list of versions (§4.1)", { "Sec-WebSocket-Version": "13, 8" }, 426, '"13, 8"'],
  ["two versions (§11.3.5)", { "Sec-WebSocket-Version": ["13", "13"] }, 400, "several"],
  ["a body by Content-Length", { "Content-Length": "5" }, 400, "no body"],
  ["a chunked body", { "Transfer-Encoding": "chunked" }, 400, "no body"],
  ["any Transfer-Encoding", { "Transfer-Encoding": "gzip, chunked" }, 400, "no body"],
  ["both body fields", { "Transfer-Encoding": "chunked", "Content-Length": "0" }, 400, "no body"],
  ["a malformed Content-Length", { "Content-Length": "0, 1" }, 400, "Content-Length"],
  ["a subprotocol that is no token (§4.1)", { "Sec-WebSocket-Protocol": "a b" }, 400, "Sec-WebSocket-Protocol"],
  ["a subprotocol twice (§4.1)", { "Sec-WebSocket-Protocol": "a, a" }, 400, "Sec-WebSocket-Protocol"],
  ["a malformed extension list (§9.1)", { "Sec-WebSocket-Extensions": "a;;" }, 400, "Sec-WebSocket-Extensions"],
];

for (const [what, changes, status, word] of REFUSED) {
  Deno.test(`checkUpgrade rejects ${what} with ${status} (RFC 6455)`, () => {
    const fault = faultOf(() => checkUpgrade(handshake(changes)));
    assertEquals(fault.status, status, fault.message);
    assertStringIncludes(fault.message, word);
  });
}

Deno.test("checkUpgrade rejects a head without a Host with 400 (RFC 6455 §4.2.1 item 2)", () => {
  assertEquals(faultOf(() => checkUpgrade({ ...handshake(), authority: "" })).status, 400);
});

Deno.test("checkUpgrade's 405 carries Allow: GET (RFC 9110 §15.5.6)", () => {
  assertEquals(faultOf(() => checkUpgrade(handshake({ line: "PUT / HTTP/1.1" }))).headers, { Allow: "GET" });
});

Deno.test("checkUpgrade's 426 carries Sec-WebSocket-Version: 13 and Upgrade (RFC 6455 §4.4, RFC 9110 §15.5.22)", () => {
  for (const changes of [{ "Sec-WebSocket-Version": "25" }, { "Sec-WebSocket-Version": null }, { Upgrade: null }]) {
    const fault = faultOf(() => checkUpgrade(handshake(changes)));
    assertEquals(fault.headers, { "Upgrade": "websocket", "Sec-WebSocket-Version": "13" });
  }
});

Deno.test("checkUpgrade checks in the order of RFC 6455 §4.2.1: the first fault is the one that is told", () => {
  const faults: ReadonlyArray<readonly [changes: Parameters<typeof handshake>[0], status: number]> = [
    [{ "Sec-WebSocket-Protocol": "a, a" }, 400],
    [{ "Sec-WebSocket-Version": "8" }, 426],
    [{ "Sec-WebSocket-Key": "x" }, 400],
    [{ Connection: "close" }, 400],
    [{ Upgrade: "h2c" }, 426],
    [{ line: "POST / HTTP/1.1" }, 405],
  ];
  let all: Parameters<typeof handshake>[0] = {};
  for (const [changes, status] of faults) {
    all = { ...all, ...changes };
    assertEquals(faultOf(() => checkUpgrade(handshake(all))).status, status, JSON.stringify(changes));
  }
});

Deno.test("checkUpgrade reads Upgrade and Connection as lists over repeated fields, in any case (RFC 6455 §4.2.1)", () => {
  checkUpgrade(handshake({ Upgrade: "WebSocket", Connection: "keep-alive, UPGRADE" }));
  checkUpgrade(handshake({ Upgrade: ["foo/2", "x, WEBSOCKET"], Connection: ["keep-alive", "uPgRaDe"] }));
});

Deno.test("checkUpgrade accepts Content-Length: 0: that is no body", () => {
  assertEquals(checkUpgrade(handshake({ "Content-Length": "0" })).key, KEY);
});

Deno.test("checkUpgrade accepts later HTTP/1 minor versions (RFC 6455 §4.2.1 item 1: HTTP/1.1 or higher)", () => {
  assertEquals(checkUpgrade(handshake({ line: "GET / HTTP/1.2" })).key, KEY);
});

Deno.test("checkUpgrade gives offers over repeated fields in order (RFC 6455 §9.1, §11.3.4)", () => {
  const offer = checkUpgrade(handshake({
    "Sec-WebSocket-Protocol": ["b", "a"],
    "Sec-WebSocket-Extensions": ["x;a=1", "y"],
  }));
  assertEquals(offer.subprotocols, ["b", "a"]);
  assertEquals(offer.extensions, [{ name: "x", params: [{ name: "a", value: "1" }] }, { name: "y", params: [] }]);
});

Deno.test("checkUpgrade accepts every key of 16 octets, and nothing that does not decode to 16 (RFC 6455 §4.2.1)", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (nonce) => {
    const key = Uint8Array.from(nonce).toBase64();
    assertEquals(checkUpgrade(handshake({ "Sec-WebSocket-Key": key })).key, key);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }).filter((nonce) => nonce.length !== 16), (nonce) => {
    const key = Uint8Array.from(nonce).toBase64();
    assertEquals(faultOf(() => checkUpgrade(handshake({ "Sec-WebSocket-Key": key }))).status, 400);
  }));
});

Deno.test("encodeSwitchingProtocols writes the example's answer byte for byte (RFC 6455 §1.3)", () => {
  assertEquals(
    fromLatin1(encodeSwitchingProtocols({ accept: acceptKey(KEY), subprotocol: "chat" })),
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
  );
});

Deno.test("encodeSwitchingProtocols leaves out what was not agreed on (RFC 6455 §4.2.2)", () => {
  assertEquals(
    fromLatin1(encodeSwitchingProtocols({ accept: "x" })),
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
  );
});

Deno.test("encodeSwitchingProtocols adds extensions and the route's fields, repeated ones too", () => {
  const bytes = encodeSwitchingProtocols({
    accept: "x",
    extensions: "permessage-deflate; server_no_context_takeover",
    headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=\xe9"]],
  });
  assertStringIncludes(
    fromLatin1(bytes),
    "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n" +
      "Set-Cookie: a=1\r\nSet-Cookie: b=\xe9\r\n\r\n",
  );
});

Deno.test("encodeSwitchingProtocols refuses the handshake's own fields with a TypeError that names them", () => {
  const names = [
    "Sec-WebSocket-Accept",
    "sec-websocket-protocol",
    "SEC-WEBSOCKET-EXTENSIONS",
    "Sec-WebSocket-Anything",
    "upgrade",
    "Connection",
    "Content-Length",
    "transfer-encoding",
  ];
  for (const name of names) {
    assertThrows(() => encodeSwitchingProtocols({ accept: "x", headers: [[name, "y"]] }), TypeError, name);
  }
});

Deno.test("encodeSwitchingProtocols refuses CR, LF and NUL wherever they come from with a TypeError (RFC 9110 §5.5)", () => {
  for (const bad of ["a\r\nB: c", "a\nb", "a\0"]) {
    assertThrows(() => encodeSwitchingProtocols({ accept: "x", headers: [["X-A", bad]] }), TypeError, "X-A");
    assertThrows(() => encodeSwitchingProtocols({ accept: "x", headers: [[bad, "a"]] }), TypeError);
    assertThrows(() => encodeSwitchingProtocols({ accept: "x", subprotocol: bad }), TypeError, "subprotocol");
    assertThrows(() => encodeSwitchingProtocols({ accept: "x", extensions: bad }), TypeError, "Extensions");
  }
});

Deno.test("a handshake whose frames came along keeps them: the head ends where they start", () => {
  const text = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
  const bytes = latin1(text + "\x81\x80\0\0\0\0");
  const end = findHeadEnd(bytes, 0, bytes.length);
  assertEquals(end, text.length);
  assertEquals(checkUpgrade(parseRequestHead(bytes, 0, end, LIMITS)).key, KEY);
});
