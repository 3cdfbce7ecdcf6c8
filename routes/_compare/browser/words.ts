/**
 * Figures in words.
 *
 * @module
 */
import type { Spread } from "./distribution.ts";
import { overheadBytes, payloadBytes, type Traffic } from "./traffic.ts";

/** What stands for a figure that is not known. */
export const UNKNOWN = "–";

// Between a figure and its unit no line is broken.
const SPACE = "\u00a0";

/** `1 204`: digits in groups of three. */
export function count(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** `980 B`, `12.4 kB`. */
export function bytes(number: number): string {
  if (number < 9_999.5) return `${count(number)}${SPACE}B`;
  if (number < 999_950) return `${(number / 1_000).toFixed(1)}${SPACE}kB`;
  return `${(number / 1_000_000).toFixed(2)}${SPACE}MB`;
}

/** The same for an axis, whose figures are round: `0`, `500 B`, `20 kB`, `1.5 MB`. */
export function roundBytes(number: number): string {
  if (number < 1_000) return number === 0 ? "0" : `${number}${SPACE}B`;
  return number < 1_000_000 ? `${number / 1_000}${SPACE}kB` : `${number / 1_000_000}${SPACE}MB`;
}

/** `0.4 ms`, `17 ms`, `1.2 s`. A difference of two clocks may come out below zero: it is not longer than nothing. */
export function span(ms: number | undefined): string {
  if (ms === undefined) return UNKNOWN;
  const positive = Math.max(0, ms);
  if (positive < 9.95) return `${positive.toFixed(1)}${SPACE}ms`;
  return positive < 999.5 ? `${Math.round(positive)}${SPACE}ms` : `${(positive / 1_000).toFixed(1)}${SPACE}s`;
}

/** `97 %`; never rounded to all or nothing. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return "over 99\u202f%";
  if (rounded === 0 && share > 0) return "under 1\u202f%";
  return `${rounded}\u202f%`;
}

/** What a lane has measured. */
export interface Measured {
  readonly traffic: Traffic;
  /** From the server's event to the screen. */
  readonly latency: Spread | undefined;
}

/**
 * One line about a lane, of nothing but its figures.
 *
 * @param yardstick the WebSocket's figures, to compare with; undefined for the WebSocket itself.
 */
export function reading({ traffic, latency }: Measured, yardstick?: Traffic): string {
  const messages = traffic.messagesUp + traffic.messagesDown;
  if (traffic.messagesDown === 0) return "Nothing has arrived yet.";
  const [overhead, payload] = [overheadBytes(traffic), payloadBytes(traffic)];
  const share = percent(overhead / (overhead + payload));
  const parts = [
    `${bytes(overhead / messages)} of heads and framing for ${bytes(payload / messages)} of news: ` +
    `${share} of the wire is overhead.`,
  ];
  if (latency) parts.push(`Half of the events took longer than ${span(latency.p50)} to the screen.`);
  const times = timesOf(traffic, yardstick);
  if (times !== undefined) parts.push(`Each message costs ${times} times what it does over WebSocket.`);
  return parts.join(" ");
}

/** Bytes of a message beside those of the yardstick, once both have carried enough to say so. */
function timesOf(traffic: Traffic, yardstick: Traffic | undefined): string | undefined {
  if (yardstick === undefined) return undefined;
  const perMessage = (one: Traffic) => (overheadBytes(one) + payloadBytes(one)) / (one.messagesUp + one.messagesDown);
  const times = perMessage(traffic) / perMessage(yardstick);
  const isTold = Math.min(traffic.messagesDown, yardstick.messagesDown) >= 10 && times >= 1.05;
  return isTold ? times.toFixed(times < 9.95 ? 1 : 0) : undefined;
}
