/**
 * The panel that draws a frame. Runs in the browser; `../script.ts` says how.
 *
 * @module
 */
import { element } from "./log.js";
import { hexOf } from "./text.js";

/** Wires the panel. */
export function makeFramePanel() {
  // RFC 6455 §5.7: the masking key of the example, until another is asked for.
  let mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
  const text = document.querySelector("#frame-text");
  const repeat = document.querySelector("#frame-repeat");
  const show = () => showFrame(clientFrame(text.value.repeat(Number(repeat.value)), mask));
  text.addEventListener("input", show);
  repeat.addEventListener("change", show);
  document.querySelector("#new-mask").addEventListener("click", () => {
    mask = crypto.getRandomValues(new Uint8Array(4));
    show();
  });
  show();
}

/**
 * The one frame a client sends for a text. RFC 6455 §5.2.
 *
 * @param {string} text
 * @param {Uint8Array} mask four bytes.
 */
export function clientFrame(text, mask) {
  const payload = new TextEncoder().encode(text);
  const form = payload.length < 126 ? 7 : payload.length < 65_536 ? 16 : 64;
  const length = form === 7 ? payload.length : form === 16 ? 126 : 127;
  const extended = new Uint8Array(form === 7 ? 0 : form / 8);
  // RFC 6455 §5.2: multibyte length quantities are expressed in network byte order.
  for (let at = extended.length, rest = payload.length; at-- > 0; rest = Math.floor(rest / 256)) {
    extended[at] = rest % 256;
  }
  // RFC 6455 §5.3: octet i of the transformed data is octet i of the original XOR octet i MOD 4 of the key.
  const masked = payload.map((byte, at) => byte ^ mask[at % 4]);
  return { form, first: 0x81, second: 0x80 | length, extended, mask, masked };
}

/** Draws a frame. */
export function showFrame({ form, first, second, extended, mask, masked }) {
  const fields = [["FIN", 1], ["RSV1–3", 3], ["opcode", 4], ["MASK", 1], ["length", 7]];
  const bits = (first << 8 | second).toString(2);
  let at = 0;
  const groups = fields.map(([name, width]) => {
    const group = element("div", "");
    const row = element("span", "");
    const text = bits.slice(at, at += width);
    for (const bit of text) row.append(element("i", bit));
    for (const cell of row.children) cell.classList.toggle("on", cell.textContent === "1");
    group.append(element("small", width > 3 ? `${name} = ${parseInt(text, 2)}` : name), row);
    return group;
  });
  document.querySelector("#bits").replaceChildren(...groups);
  const put = (id, text) => document.querySelector(id).textContent = text;
  put("#frame-extended", form === 7 ? "none: the length fits 7 bits" : `${hexOf(extended)} (${form} bits)`);
  put("#frame-mask", hexOf(mask));
  put("#frame-payload", hexOf(masked, 48) || "empty");
  const overhead = 6 + extended.length;
  const total = (overhead + masked.length).toLocaleString("en");
  put(
    "#frame-note",
    `${masked.length.toLocaleString("en")} bytes of text in a frame of ${total}: ${overhead} of overhead.`,
  );
}
