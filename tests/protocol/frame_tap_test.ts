import { assertEquals } from "@std/assert";
import { encodeFrame, OPCODE } from "../../lib/frame/mod.ts";
import { type FrameRecord, FrameTap, type FrameTapOptions } from "../../lib/protocol/frame_tap.ts";
import { concat, utf8 } from "../frame/recorder.ts";

const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

function seen(bytes: Uint8Array, options: Partial<FrameTapOptions> = {}): readonly FrameRecord[] {
  const records: FrameRecord[] = [];
  const tap = new FrameTap(
    { isFromBeginning: true, maxMessageBytes: 1 << 20, ...options },
    (record) => void records.push(record),
  );
  tap.push(bytes);
  tap.end();
  return records;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

Deno.test("FrameTap shows header, bits, key, length form and payload of a masked frame (§5.7)", () => {
  const bytes = Uint8Array.fromHex("818537fa213d7f9f4d5158");
  const [frame, ...rest] = seen(bytes);
  assertEquals(rest, []);
  assertEquals(frame, {
    header: Uint8Array.fromHex("818537fa213d"),
    fin: true,
    rsv: 0,
    opcode: OPCODE.TEXT,
    maskKey: KEY,
    lengthForm: 7,
    payloadBytes: 5,
    seenBytes: 5,
    payload: new Uint8Array(utf8("Hello")),
    message: 1,
    messageOpcode: OPCODE.TEXT,
    isCompressed: false,
    messageStart: new Uint8Array(utf8("Hello")),
    content: undefined,
  });
  assertEquals(bytes.toHex(), "818537fa213d7f9f4d5158", "what it is shown is not changed");
});

Deno.test("FrameTap knows the three forms of a length, and where a payload is longer than it keeps", () => {
  const frames = [125, 126, 65_535, 65_536].map((length) =>
    encodeFrame({ opcode: OPCODE.BINARY, payload: new Uint8Array(length).fill(7) })
  );
  const records = seen(concat(...frames), { maxKeptBytes: 1000 });
  assertEquals(records.map(({ lengthForm }) => lengthForm), [7, 16, 16, 64]);
  assertEquals(records.map(({ header }) => header.length), [2, 4, 4, 10]);
  assertEquals(records.map(({ seenBytes, payload }) => [seenBytes, payload.length]), [
    [125, 125],
    [126, 126],
    [65_535, 1000],
    [65_536, 1000],
  ]);
});

Deno.test("FrameTap puts a fragmented message together with its last frame, control frames in between aside (§5.4)", () => {
  const records = seen(concat(
    encodeFrame({ opcode: OPCODE.TEXT, payload: utf8("sock"), fin: false, maskKey: KEY }),
    encodeFrame({ opcode: OPCODE.PING, payload: utf8("?"), maskKey: KEY }),
    encodeFrame({ opcode: OPCODE.CONTINUATION, payload: utf8("eye"), maskKey: KEY }),
  ));
  assertEquals(records.map(({ message, fin }) => [message, fin]), [[1, false], [0, true], [1, true]]);
  assertEquals(records.map(({ messageStart }) => text(messageStart)), ["sock", "", "sockeye"]);
  const { content } = records[2]!;
  assertEquals([content?.opcode, content?.frames, content?.byteLength, content?.inflation], [1, 2, 7, undefined]);
  assertEquals(text(content!.bytes), "sockeye");
});

Deno.test("FrameTap inflates a compressed message, RSV1 being on its first frame only (RFC 7692 §7.2.3.1)", () => {
  const hello = Uint8Array.fromHex("f248cdc9c90700");
  const bytes = concat(
    encodeFrame({ opcode: OPCODE.TEXT, rsv: 4, fin: false, payload: hello.subarray(0, 3), maskKey: KEY }),
    encodeFrame({ opcode: OPCODE.CONTINUATION, payload: hello.subarray(3), maskKey: KEY }),
  );
  const records = seen(bytes, { deflate: { keepsContext: true, windowBits: 15 } });
  assertEquals(records.map(({ rsv, payload }) => [rsv, payload.toHex()]), [[4, "f248cd"], [0, "c9c90700"]]);
  const { content } = records[1]!;
  assertEquals([text(content!.bytes), content!.byteLength, content!.inflation], ["Hello", 5, "whole"]);
});

Deno.test("FrameTap says of a fragment what its message is, across a ping, whether compression was agreed on or not", () => {
  const bytes = Uint8Array.fromHex("4101f2" + "8900" + "800148" + "800161");
  for (const deflate of [undefined, { keepsContext: true, windowBits: 15 }]) {
    const records = seen(bytes, { deflate });
    assertEquals(records.map(({ messageOpcode, isCompressed }) => [messageOpcode, isCompressed]), [
      [OPCODE.TEXT, true],
      [OPCODE.PING, false],
      [OPCODE.TEXT, true],
      [OPCODE.CONTINUATION, false],
    ]);
    assertEquals(records[2]!.content?.byteLength, deflate === undefined ? 2 : undefined);
  }
});

Deno.test("FrameTap shows what breaks a rule like anything else: reserved opcodes, RSV bits, lengths too long in form", () => {
  const bytes = concat(
    Uint8Array.fromHex("b3026869"), // RSV2 and RSV1 of nothing, opcode 3, unmasked
    Uint8Array.fromHex("897e0002ffff"), // a ping whose length takes 16 bits
    Uint8Array.fromHex("8000"), // a continuation of nothing
    encodeFrame({ opcode: OPCODE.TEXT, payload: utf8("on"), maskKey: KEY }),
  );
  const records = seen(bytes);
  assertEquals(records.map(({ opcode, rsv, lengthForm, message }) => [opcode, rsv, lengthForm, message]), [
    [3, 3, 7, 1],
    [9, 0, 16, 0],
    [0, 0, 7, 0],
    [1, 0, 7, 2],
  ]);
});

Deno.test("FrameTap tells of a frame that the end of its connection cuts off", () => {
  const whole = encodeFrame({ opcode: OPCODE.TEXT, payload: utf8("cut off"), maskKey: KEY });
  const [frame] = seen(whole.subarray(0, whole.length - 4));
  assertEquals([frame?.payloadBytes, frame?.seenBytes, text(frame!.payload)], [7, 3, "cut"]);
  const [endless] = seen(Uint8Array.fromHex("827fffffffffffffffff0102"));
  assertEquals([endless?.lengthForm, endless?.seenBytes], [64, 2]);
});

Deno.test("FrameTap passes over what is not wanted, but for what later frames depend on", () => {
  const frames = [
    encodeFrame({ opcode: OPCODE.TEXT, payload: utf8("skipped"), maskKey: KEY }),
    encodeFrame({ opcode: OPCODE.PING, payload: utf8("skipped") }),
    encodeFrame({ opcode: OPCODE.TEXT, payload: utf8("a "), fin: false }),
    encodeFrame({ opcode: OPCODE.PING, payload: utf8("within") }),
    encodeFrame({ opcode: OPCODE.CONTINUATION, payload: utf8("whole") }),
    encodeFrame({ opcode: OPCODE.BINARY, payload: new Uint8Array(70_000) }),
  ];
  let skipped = 0;
  const records: FrameRecord[] = [];
  const tap = new FrameTap({
    isFromBeginning: true,
    maxMessageBytes: 1000,
    isWanted: () => false,
    onSkipped: () => skipped++,
  }, (record) => void records.push(record));
  const stream = concat(...frames);
  for (let at = 0; at < stream.length; at += 7) tap.push(stream.subarray(at, at + 7));
  assertEquals(records.map(({ message, payload }) => [message, text(payload)]), [[2, "a "], [0, "within"], [
    2,
    "whole",
  ]]);
  assertEquals([skipped, text(records[2]!.content!.bytes)], [3, "a whole"]);
});

Deno.test("FrameTap does not pass over a message that others in its context refer to", () => {
  const hello = encodeFrame({ opcode: OPCODE.TEXT, rsv: 4, payload: Uint8Array.fromHex("f248cdc9c90700") });
  const again = encodeFrame({ opcode: OPCODE.TEXT, rsv: 4, payload: Uint8Array.fromHex("f200110000") }); // RFC 7692 §7.2.3.2
  for (const keepsContext of [true, false]) {
    const seen: string[] = [];
    const options = { isFromBeginning: true, maxMessageBytes: 1000, isWanted: () => false };
    const tap = new FrameTap(
      { ...options, deflate: { keepsContext, windowBits: 15 } },
      ({ content }) => void seen.push(text(content!.bytes)),
    );
    tap.push(concat(hello, again));
    tap.end();
    assertEquals(seen, keepsContext ? ["Hello", "Hello"] : []);
  }
});
