/**
 * What one opening handshake costs without I/O: the head as Chrome sends it, the checks, the accept key, the 101.
 *
 * @module
 */
import { acceptKey, checkOrigin, checkUpgrade, encodeSwitchingProtocols } from "../../lib/handshake/mod.ts";
import { findHeadEnd, parseRequestHead } from "../../lib/http/mod.ts";

const LIMITS = { maxHeadBytes: 16_384, maxHeaderFields: 100 } as const;
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ORIGIN = "http://127.0.0.1:4000";
const AUTHORITY = "127.0.0.1:4000";

const bytes = new TextEncoder().encode([
  "GET /rooms/lobby?since=12 HTTP/1.1",
  `Host: ${AUTHORITY}`,
  "Connection: Upgrade",
  "Pragma: no-cache",
  "Cache-Control: no-cache",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Upgrade: websocket",
  `Origin: ${ORIGIN}`,
  "Sec-WebSocket-Version: 13",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-US,en;q=0.9",
  `Sec-WebSocket-Key: ${KEY}`,
  "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
  "\r\n",
].join("\r\n"));
const end = findHeadEnd(bytes, 0, bytes.length);
const head = parseRequestHead(bytes, 0, end, LIMITS);
const accept = acceptKey(KEY);

Deno.bench({
  group: "handshake",
  name: "head",
  fn: () => void parseRequestHead(bytes, 0, findHeadEnd(bytes, 0, bytes.length), LIMITS),
});

Deno.bench({
  group: "handshake",
  name: "checks",
  fn() {
    checkUpgrade(head);
    checkOrigin(head.fields.get("origin"), head.authority, null);
  },
});

Deno.bench({ group: "handshake", name: "accept key", fn: () => void acceptKey(KEY) });

Deno.bench({ group: "handshake", name: "101", fn: () => void encodeSwitchingProtocols({ accept }) });

Deno.bench({
  group: "handshake",
  name: "whole",
  baseline: true,
  fn() {
    const parsed = parseRequestHead(bytes, 0, findHeadEnd(bytes, 0, bytes.length), LIMITS);
    const { key } = checkUpgrade(parsed);
    if (checkOrigin(parsed.fields.get("origin"), parsed.authority, null) !== null) throw new Error("refused");
    encodeSwitchingProtocols({ accept: acceptKey(key) });
  },
});
