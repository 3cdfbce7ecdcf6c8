/** What is counted on the wire. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeFrame } from "../../../lib/frame/mod.ts";
import {
  type Direction,
  type Exchange,
  frameHeaderBytes,
  overheadBytes,
  payloadBytes,
  totalBytes,
  TrafficMeter,
  utf8Bytes,
} from "../../../routes/_compare/browser/traffic.ts";

Deno.test("frameHeaderBytes is what a frame is longer than its payload (§5.2), at each border of the length", () => {
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 100_000]) {
    const [payload, maskKey] = [new Uint8Array(length), Uint8Array.of(1, 2, 3, 4)];
    assertEquals(frameHeaderBytes(length, "down"), encodeFrame({ opcode: 2, payload }).length - length);
    assertEquals(frameHeaderBytes(length, "up"), encodeFrame({ opcode: 2, payload, maskKey }).length - length);
  }
});

Deno.test("utf8Bytes counts bytes, not characters", () => {
  assertEquals(["", "a", "é", "🐟"].map(utf8Bytes), [0, 1, 2, 4]);
});

Deno.test("TrafficMeter: an exchange's heads are heads, and what its bodies have beside messages is framing", () => {
  const meter = new TrafficMeter();
  meter.exchange({ requestHeadBytes: 400, requestBodyBytes: 7, responseHeadBytes: 150, responseBodyBytes: 40 });
  meter.message("up", 1);
  meter.message("down", 38);
  const { traffic } = meter;
  assertEquals(traffic, {
    requests: 1,
    up: { headBytes: 400, framingBytes: 6, payloadBytes: 1 },
    down: { headBytes: 150, framingBytes: 2, payloadBytes: 38 },
    messagesUp: 1,
    messagesDown: 1,
  });
  assertEquals([overheadBytes(traffic), payloadBytes(traffic), totalBytes(traffic.up)], [558, 39, 407]);
});

Deno.test("TrafficMeter: over a WebSocket a message brings its frame header along, and a Close frame is all framing", () => {
  const meter = new TrafficMeter();
  meter.framedMessage("up", 5);
  meter.framedMessage("down", 200);
  meter.controlFrame("up", 2);
  const { up, down } = meter.traffic;
  assertEquals([up.framingBytes, up.payloadBytes], [6 + 8, 5]);
  assertEquals([down.framingBytes, down.payloadBytes], [4, 200]);
});

Deno.test("TrafficMeter: a message that is told before its body is never a negative framing", () => {
  const meter = new TrafficMeter();
  meter.message("down", 100);
  assertEquals(meter.traffic.down.framingBytes, 0);
});

/** Something that is counted. */
type Count = (meter: TrafficMeter) => void;

const direction = fc.constantFrom<Direction>("up", "down");
const bytes = fc.nat({ max: 200_000 });
const count: fc.Arbitrary<Count> = fc.oneof(
  fc.record<Exchange>({
    requestHeadBytes: bytes,
    requestBodyBytes: bytes,
    responseHeadBytes: bytes,
    responseBodyBytes: bytes,
  }).map((exchange) => (meter: TrafficMeter) => meter.exchange(exchange)),
  fc.tuple(direction, bytes).map(([way, length]) => (meter: TrafficMeter) => meter.framedMessage(way, length)),
  fc.tuple(direction, bytes).map(([way, length]) => (meter: TrafficMeter) => meter.message(way, length)),
  fc.tuple(direction, bytes).map(([way, length]) => (meter: TrafficMeter) => meter.controlFrame(way, length)),
);

Deno.test("property: in whatever order things are counted, the sums are the same", () => {
  const counted = (counts: readonly Count[]) => {
    const meter = new TrafficMeter();
    for (const one of counts) one(meter);
    return meter.traffic;
  };
  fc.assert(fc.property(
    fc.array(count, { maxLength: 30 }).chain((counts) =>
      fc.tuple(fc.constant(counts), fc.shuffledSubarray(counts, { minLength: counts.length }))
    ),
    ([counts, shuffled]) => assertEquals(counted(shuffled), counted(counts)),
  ));
});

Deno.test("property: however a stream of frames is cut into bodies, framing and payload are the same", () => {
  const lengths = fc.array(fc.nat({ max: 70_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(lengths, fc.array(fc.nat({ max: 400_000 }), { maxLength: 12 }), (payloads, cuts) => {
    const stream = payloads.reduce((sum, length) => sum + frameHeaderBytes(length, "down") + length, 0);
    const [polled, socket] = [new TrafficMeter(), new TrafficMeter()];
    const ends = [...cuts.map((cut) => cut % (stream + 1)), stream].sort((a, b) => a - b);
    ends.forEach((end, index) => {
      const responseBodyBytes = end - (ends[index - 1] ?? 0);
      polled.exchange({ requestHeadBytes: 0, requestBodyBytes: 0, responseHeadBytes: 0, responseBodyBytes });
    });
    for (const length of payloads) {
      polled.message("down", length);
      socket.framedMessage("down", length);
    }
    assertEquals(polled.traffic.down, socket.traffic.down);
  }));
});
