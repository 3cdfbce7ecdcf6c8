/**
 * The bounded log of one console. Runs in the browser; `../script.ts` says how.
 *
 * @module
 */
import { timeOfDay } from "./text.js";

/**
 * Adds one line, drops the oldest above 200, and stays at the end unless the reader has scrolled up.
 *
 * @param {HTMLElement} log
 * @param {"sent" | "received" | "note" | "fault"} kind
 * @param {string} text shown up to 2 000 characters.
 * @param {string} size
 */
export function addLine(log, kind, text, size = "") {
  const signs = { sent: ["→", "sent"], received: ["←", "received"], note: ["·", "note"], fault: ["!", "problem"] };
  const [sign, word] = signs[kind];
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const line = document.createElement("p");
  line.className = kind;
  const shown = text.length > 2_000 ? `${text.slice(0, 2_000)} … ${text.length.toLocaleString("en")} characters` : text;
  const time = element("time", timeOfDay(new Date()));
  const arrow = element("i", sign);
  arrow.setAttribute("aria-label", word);
  arrow.setAttribute("role", "img");
  line.append(time, arrow, element("span", shown), element("small", size));
  log.append(line);
  while (log.childElementCount > 200) log.firstElementChild.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

/**
 * @param {string} name
 * @param {string} text
 */
export function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
