/** Every rule of frames is kept: one stream for each way to break it, at once and a byte at a time. @module */
import { assertEquals } from "@std/assert";
import { type ViolationName, VIOLATIONS } from "../../lib/frame/mod.ts";
import { concat, receive, receiveByByte } from "../frame/recorder.ts";
import { closeFrame, Side } from "../protocol/side.ts";
import { VIOLATION_VECTORS } from "./violations.ts";

for (const { violation, what, hex, events = [], options } of VIOLATION_VECTORS) {
  const { closeCode, section } = VIOLATIONS[violation];
  Deno.test(`Receiver answers ${what} with ${violation}, ${closeCode} (RFC 6455 ${section})`, () => {
    const stream = Uint8Array.fromHex(hex);
    // More of the same stream, to show that nothing after the fault is looked at.
    for (const rest of [new Uint8Array(0), new Uint8Array(300).fill(0x81)]) {
      assertEquals(receive(concat(stream, rest), options), { events, violation });
      assertEquals(receiveByByte(concat(stream, rest), options), { events, violation });
    }
  });
}

/** Violations of time, rate, memory, schema, subprotocol and compression, which no frame by itself can show. */
const NOT_OF_FRAMES: readonly ViolationName[] = [
  "DEFLATE_CORRUPT",
  "MESSAGE_TIMEOUT",
  "MESSAGE_RATE",
  "SCHEMA_MISMATCH",
  "HEADER_MALFORMED",
  "HEADER_WRONG",
  "TOO_MANY_UNANSWERED",
  "TOKEN_MISSING",
  "TOKEN_REFUSED",
  "TOKEN_EXPIRED",
  "IDLE_TIMEOUT",
  "SLOW_CONSUMER",
  "MEMORY_PRESSURE",
  "PONG_TIMEOUT",
  "WRITE_TIMEOUT",
  "CLOSE_TIMEOUT",
  "SESSION_TIMEOUT",
];

Deno.test("every violation that frames can cause has a stream that causes it", () => {
  const shown = new Set<string>([...VIOLATION_VECTORS.map(({ violation }) => violation), ...NOT_OF_FRAMES]);
  assertEquals(Object.keys(VIOLATIONS).filter((name) => !shown.has(name)), []);
});

Deno.test("every violation on the server's side ends in one Close frame with its code and sentence (RFC 6455 §7.1.7)", () => {
  for (const { violation, hex, options } of VIOLATION_VECTORS) {
    if (violation === "MASK_UNEXPECTED") continue;
    const side = new Side(options);
    side.receive(Uint8Array.fromHex(hex), closeFrame(1000));
    const { closeCode, sentence } = VIOLATIONS[violation];
    assertEquals(side.told.at(-1), `violation ${violation}`);
    assertEquals(side.seen().at(-1), `close ${closeCode} ${sentence}`);
  }
});
