/** Figures in words. @module */
import { assertEquals } from "@std/assert";
import type { Traffic } from "../../../routes/_compare/browser/traffic.ts";
import { bytes, count, percent, reading, roundBytes, span } from "../../../routes/_compare/browser/words.ts";

const plain = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, " ");

Deno.test("counts, bytes and spans in words, at their borders", () => {
  assertEquals([0, 999, 1_000, 1_234_567].map(count).map(plain), ["0", "999", "1 000", "1 234 567"]);
  assertEquals([0, 9_999, 10_000, 999_949, 999_950].map(bytes).map(plain), [
    "0 B",
    "9 999 B",
    "10.0 kB",
    "999.9 kB",
    "1.00 MB",
  ]);
  assertEquals([undefined, -3, 0.44, 9.94, 9.95, 999.4, 999.5].map(span).map(plain), [
    "–",
    "0.0 ms",
    "0.4 ms",
    "9.9 ms",
    "10 ms",
    "999 ms",
    "1.0 s",
  ]);
});

Deno.test("figures of an axis are as short as they are round", () => {
  assertEquals([0, 500, 1_000, 20_000, 1_250_000].map(roundBytes).map(plain), [
    "0",
    "500 B",
    "1 kB",
    "20 kB",
    "1.25 MB",
  ]);
});

Deno.test("percent is never rounded to all or nothing", () => {
  assertEquals([0, 0.001, 0.5, 0.998, 1].map(percent).map(plain), ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]);
});

function traffic(headBytes: number, payloadBytes: number, messages: number): Traffic {
  const none = { headBytes: 0, framingBytes: 0, payloadBytes: 0 };
  return {
    requests: 1,
    up: none,
    down: { headBytes, framingBytes: 0, payloadBytes },
    messagesUp: 0,
    messagesDown: messages,
  };
}

Deno.test("a reading is of the lane's own figures: overhead and payload of a message, their share, the median", () => {
  const latency = { p50: 512, p95: 900, max: 1_010 };
  assertEquals(
    plain(reading({ traffic: traffic(6_120, 210, 10), latency })),
    "612 B of heads and framing for 21 B of news: 97 % of the wire is overhead. " +
      "Half of the events took longer than 512 ms to the screen.",
  );
});

Deno.test("a reading compares with the WebSocket once both have carried ten messages, and if there is a difference", () => {
  const compared = (one: Traffic, other: Traffic) =>
    plain(reading({ traffic: one, latency: undefined }, other)).split(". ")[1];
  assertEquals(
    compared(traffic(9_000, 1_000, 10), traffic(0, 500, 10)),
    "Each message costs 20 times what it does over WebSocket.",
  );
  assertEquals(
    compared(traffic(500, 500, 10), traffic(0, 500, 10)),
    "Each message costs 2.0 times what it does over WebSocket.",
  );
  assertEquals(compared(traffic(9_000, 1_000, 9), traffic(0, 500, 10)), undefined);
  assertEquals(compared(traffic(9_000, 1_000, 10), traffic(0, 0, 0)), undefined);
  assertEquals(compared(traffic(0, 510, 10), traffic(0, 500, 10)), undefined);
});

Deno.test("without a message there is nothing to read", () => {
  assertEquals(reading({ traffic: traffic(900, 0, 0), latency: undefined }), "Nothing has arrived yet.");
});
