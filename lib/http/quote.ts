/**
 * Shows a piece of what a client sent inside a message, safely.
 *
 * @module
 */

const MAX_QUOTED_CHARS = 64;

/**
 * The text in double quotes, cut after 64 characters, with everything but printable ASCII escaped: it can stand in a
 * log line, a terminal or a response without doing anything there.
 */
export function quote(text: string): string {
  const shown = text.length > MAX_QUOTED_CHARS ? text.slice(0, MAX_QUOTED_CHARS) : text;
  let quoted = '"';
  for (let at = 0; at < shown.length; at++) {
    const code = shown.charCodeAt(at);
    if (code === 0x22 || code === 0x5c) quoted += "\\" + shown[at];
    else if (code >= 0x20 && code < 0x7f) quoted += shown[at];
    else quoted += code > 0xff ? `\\u${hex(code, 4)}` : `\\x${hex(code, 2)}`;
  }
  return quoted + (shown.length < text.length ? '…"' : '"');
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
