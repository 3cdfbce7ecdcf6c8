/**
 * The panel that computes Sec-WebSocket-Accept. Runs in the browser; `../script.ts` says how.
 *
 * @module
 */
import { hexOf } from "./text.js";

/** Wires the panel. */
export function makeHandshakePanel() {
  const key = document.querySelector("#key");
  key.addEventListener("input", () => showAccept(key.value.trim()));
  document.querySelector("#new-key").addEventListener("click", () => {
    key.value = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
    showAccept(key.value);
  });
  showAccept(key.value);
}

/** Shows each step from the key to the answer. */
export async function showAccept(key) {
  const put = (id, text) => document.querySelector(id).textContent = text;
  const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  put("#key-joined", key + guid);
  put("#key-note", keyProblem(key));
  // Browsers offer crypto.subtle on https: and on loopback addresses only.
  if (!globalThis.isSecureContext) {
    put("#key-hash", "–");
    put("#key-accept", "–");
    put("#key-note", "Browsers compute SHA-1 on https: and loopback pages only. Open this page by http://127.0.0.1.");
    return;
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + guid)));
  // A key typed meanwhile has its own turn.
  if (document.querySelector("#key-joined").textContent !== key + guid) return;
  put("#key-hash", hexOf(hash));
  put("#key-accept", btoa(String.fromCharCode(...hash)));
}

/** RFC 6455 §4.2.1: the key is Base64 that, when decoded, is 16 bytes in length. */
export function keyProblem(key) {
  if (key === "dGhlIHNhbXBsZSBub25jZQ==") return "This key is the example of RFC 6455 §1.3.";
  let length = -1;
  try {
    length = atob(key).length;
  } catch {
    // Not Base64 at all.
  }
  if (length === 16 && key.length === 24) return "16 bytes: a server accepts this key.";
  const found = length < 0 ? "is not Base64" : `decodes to ${length} bytes`;
  return `This key ${found}; it must be 16 bytes in Base64. A server answers 400.`;
}
