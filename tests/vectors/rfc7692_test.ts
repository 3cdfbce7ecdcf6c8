/** The examples of RFC 7692 hold, in both directions. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { FRESH_BUFFERS, MessageInflater, ProtocolError, WriteBuffer } from "../../lib/frame/mod.ts";
import { DeflatingWriter } from "../../lib/frame/deflating_writer.ts";
import { receive, receiveByByte } from "../frame/recorder.ts";
import { CountingSource } from "../frame/segment_source.ts";
import { DEFLATE_EXAMPLES, DEFLATE_FRAMES } from "./rfc7692.ts";

function inflater(keepsContext: boolean, usesStreams: boolean): MessageInflater {
  return new MessageInflater({ maxMessageBytes: 100, keepsContext, windowBits: 15, usesStreams }, FRESH_BUFFERS);
}

function textOf(inflating: MessageInflater, hex: string): string {
  const payload = Uint8Array.fromHex(hex);
  const { bytes, start, end } = inflating.inflate(true, payload, 0, payload.length);
  return new TextDecoder().decode(bytes.subarray(start, end));
}

for (const { section, what, payloads, texts, needsContext = false } of DEFLATE_EXAMPLES) {
  Deno.test(`RFC 7692 ${section}: MessageInflater reads ${what}`, () => {
    const ways = [[true, true], ...(needsContext ? [] : [[false, true], [false, false]])] as const;
    for (const [keepsContext, usesStreams] of ways) {
      const inflating = inflater(keepsContext!, usesStreams!);
      assertEquals(payloads.map((payload) => textOf(inflating, payload)), texts);
      inflating.close();
    }
  });
}

Deno.test("RFC 7692 §7.2.3.2: a message that refers to another is corrupt where no context is kept", () => {
  for (const usesStreams of [true, false]) {
    const inflating = inflater(false, usesStreams);
    assertEquals(textOf(inflating, "f248cdc9c90700"), "Hello");
    assertThrows(() => textOf(inflating, "f200110000"), ProtocolError, "DEFLATE_CORRUPT");
  }
});

Deno.test("RFC 7692 §7.2.3.1: Receiver hands the message on as it came, whole and in fragments", () => {
  const expected = { events: [`compressed text ${DEFLATE_FRAMES.compressed}`], violation: undefined };
  for (const hex of [DEFLATE_FRAMES.whole, DEFLATE_FRAMES.fragmented]) {
    const options = { expectMasked: false, allowsRsv1: true };
    assertEquals(receive(Uint8Array.fromHex(hex), options), expected);
    assertEquals(receiveByByte(Uint8Array.fromHex(hex), options), expected);
  }
});

Deno.test("RFC 7692 §7.2.3.1, §7.2.3.2: DeflatingWriter writes the frames of the examples", () => {
  const output = new WriteBuffer(new CountingSource());
  const parameters = { windowBits: 15, level: 6, memLevel: 8 };
  const writer = new DeflatingWriter(
    { parameters, commonWindowBits: 15, keepsContext: true, thresholdBytes: 0 },
    output,
  );
  writer.appendText("Hello");
  writer.appendText("Hello");
  writer.close();
  assertEquals(output.begin()!.toHex(), DEFLATE_FRAMES.whole + "c105" + "f200110000");
});
