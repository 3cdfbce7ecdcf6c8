/** RSV1 marks a compressed message, on its first frame and nowhere else. RFC 7692 §6. @module */
import { assert, assertEquals } from "@std/assert";
import { encodeFrame, OPCODE } from "../../../lib/frame/mod.ts";
import { concat, masked, receive, receiveByByte, WIDE } from "../recorder.ts";

const { CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG } = OPCODE;
const AGREED = { allowsRsv1: true };
const RSV1 = 4;

/** At once and byte by byte. */
function outcome(...frames: readonly Uint8Array[]) {
  const whole = receive(concat(...frames), AGREED);
  assertEquals(receiveByByte(concat(...frames), AGREED), whole);
  return whole;
}

Deno.test("Receiver tells compressed messages from others, in any order (RFC 7692 §6.2)", () => {
  const { events, violation } = outcome(
    masked(TEXT, "a", { rsv: RSV1 }),
    masked(TEXT, "b"),
    masked(BINARY, "c", { rsv: RSV1 }),
    masked(BINARY, "d"),
    masked(TEXT, "", { rsv: RSV1 }),
  );
  assertEquals(violation, undefined);
  assertEquals(events, ["compressed text 61", "text 62", "compressed binary 63", "binary 64", "compressed text "]);
});

Deno.test("Receiver takes RSV1 of a fragmented message from its first frame, control frames between or not", () => {
  const { events, violation } = outcome(
    masked(TEXT, "a", { rsv: RSV1, fin: false }),
    masked(PING, "p"),
    masked(CONTINUATION, "b", { fin: false }),
    masked(PONG),
    masked(CONTINUATION, "c"),
    masked(TEXT, "d", { fin: false }),
    masked(CONTINUATION, "e"),
  );
  assertEquals(violation, undefined);
  assertEquals(events, ["ping 70", "pong ", "compressed text 616263", "text 6465"]);
});

Deno.test("Receiver does not take compressed bytes for text: they need not be UTF-8", () => {
  const bytes = Uint8Array.of(0xff, 0xfe, 0x80);
  const { events } = outcome(
    masked(TEXT, bytes, { rsv: RSV1 }),
    masked(TEXT, bytes, { rsv: RSV1, fin: false }),
    masked(CONTINUATION, bytes),
  );
  assertEquals(events, ["compressed text fffe80", "compressed text fffe80fffe80"]);
});

Deno.test("Receiver refuses RSV1 where compression was not agreed on, with 1002", () => {
  for (const opcode of [TEXT, BINARY]) {
    assertEquals(receive(masked(opcode, "a", { rsv: RSV1 })).violation, "RSV_UNEXPECTED");
  }
});

Deno.test("Receiver refuses RSV1 on a continuation frame, also of a compressed message (RFC 7692 §6.1)", () => {
  for (const rsv of [0, RSV1]) {
    const { violation } = outcome(
      masked(TEXT, "a", { rsv, fin: false }),
      masked(CONTINUATION, "b", { rsv: RSV1 }),
    );
    assertEquals(violation, "RSV_UNEXPECTED");
  }
});

Deno.test("Receiver refuses RSV1 on control frames (RFC 7692 §5)", () => {
  for (const opcode of [PING, PONG, CLOSE]) {
    assertEquals(outcome(masked(opcode, "", { rsv: RSV1 })).violation, "RSV_UNEXPECTED");
  }
});

Deno.test("Receiver refuses RSV2 and RSV3 beside RSV1", () => {
  for (const rsv of [1, 2, 3, 5, 6, 7]) {
    assertEquals(outcome(masked(TEXT, "a", { rsv })).violation, "RSV_UNEXPECTED");
  }
});

Deno.test("Receiver refuses a reserved opcode with RSV1", () => {
  assert(outcome(masked(3, "a", { rsv: RSV1 })).violation !== undefined);
});

Deno.test("Receiver bounds the compressed bytes of a message as they arrive", () => {
  const options = { ...WIDE, ...AGREED, maxMessageBytes: 10 };
  const frames = concat(
    encodeFrame({ opcode: TEXT, payload: new Uint8Array(6), rsv: RSV1, fin: false, maskKey: new Uint8Array(4) }),
    encodeFrame({ opcode: CONTINUATION, payload: new Uint8Array(5), maskKey: new Uint8Array(4) }).subarray(0, 6),
  );
  assertEquals(receive(frames, options).violation, "MESSAGE_TOO_BIG");
});
