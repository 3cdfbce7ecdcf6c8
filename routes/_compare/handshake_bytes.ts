/**
 * How long the two heads of an opening handshake are, in bytes of HTTP/1.1.
 *
 * @module
 */

/** Length of a request's head as it came: request line, fields, and the empty line. RFC 9112 §2.1. */
export function requestHeadBytes({ method, url, headers }: Request): number {
  const target = url.slice(new URL(url).origin.length);
  let length = `${method} ${target} HTTP/1.1\r\n\r\n`.length;
  // Values are byte strings: a character is a byte.
  for (const [name, value] of headers) length += `${name}: ${value}\r\n`.length;
  return length;
}

/**
 * Length of the 101 where neither a subprotocol nor an extension is agreed on, as at `/compare`: nothing in it varies
 * but the accept key, which has 28 characters. RFC 6455 §4.2.2.
 */
export const switchingProtocolsBytes = [
  "HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Accept: ${"x".repeat(28)}`,
  "\r\n",
].join("\r\n").length;
