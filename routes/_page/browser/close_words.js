/**
 * What the end of a connection means, in a sentence. Runs in the browser; `../script.ts` says how.
 *
 * @module
 */

/**
 * Explains a close code. RFC 6455 §7.4.1 and the IANA registry.
 *
 * @param {number} code
 * @returns {string} empty for a code that explains itself.
 */
export function closeMeaning(code) {
  const meanings = {
    1001: "the server or this page is going away",
    1002: "the server saw a breach of the protocol",
    1003: "the route does not take this kind of message",
    1005: "closed without a code",
    1006: "cut off without a Close frame: the server stopped, or the network did",
    1007: "a text message was not UTF-8",
    1008: "the message broke a rule of the route, or came too fast or too slowly",
    1009: "the message was larger than the route takes",
    1011: "the route's handler threw; the server's log says what",
    1012: "the server restarts; reconnect in a moment",
    1013: "this client read too slowly, or the server is too busy",
  };
  return meanings[code] ?? "";
}

/**
 * Explains why a connection never opened. A browser does not say, so an ordinary request to the same path is asked.
 *
 * @param {string} path
 * @param {string} rule what the route asks of its path; may be empty.
 * @returns {Promise<string>} what happened and what to do.
 */
export async function refusalMeaning(path, rule = "") {
  let status;
  try {
    status = (await fetch(path, { method: "HEAD", cache: "no-store" })).status;
  } catch {
    // Whatever the reason, the browser only tells that nobody answered.
    return "Connection refused: is the server running? Start it with “npx -y deno task start”, then reconnect.";
  }
  const name = path.split("?")[0];
  if (status === 404) {
    return `There is no route at ${name} (404). Save a file as routes${name}.ts, restart the server, reconnect.`;
  }
  if (status === 503) return "The server refused (503): it is draining or full. Reconnect in a moment.";
  if (status === 426 || status === 200) {
    return `The route at ${name} is there but refused this connection. ` +
      (rule || "Its upgrade hook said no, or this page's origin is not allowed: see the server's log.");
  }
  return `The server answered ${name} with HTTP status ${status} instead of a WebSocket. Its log says why.`;
}
