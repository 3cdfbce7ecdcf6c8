import { assertEquals } from "@std/assert";
import { encodeFrame, OPCODE } from "../../../lib/frame/mod.ts";
import { HIDDEN_TOKEN, wireFrame } from "../../../lib/observe/inspector/frame_json.ts";
import type { WireFrame } from "../../../lib/observe/inspector/wire.ts";
import { FrameTap } from "../../../lib/protocol/mod.ts";
import { utf8 } from "../../frame/recorder.ts";

function shown(bytes: Uint8Array, subprotocol = "", end = bytes.length): readonly WireFrame[] {
  const frames: WireFrame[] = [];
  const tap = new FrameTap(
    { isFromBeginning: true, maxMessageBytes: 1000, deflate: { keepsContext: false, windowBits: 15 } },
    (record) => void frames.push(wireFrame(record, { n: frames.length + 1, t: 5, direction: "in", subprotocol })),
  );
  tap.push(bytes.subarray(0, end));
  tap.end();
  return frames;
}

Deno.test("wireFrame has the header in hex and the payload in base64, and nothing that a frame does not have", () => {
  assertEquals(shown(Uint8Array.fromHex("818537fa213d7f9f4d5158")), [
    { n: 1, t: 5, d: "in", h: "818537fa213d", p: "SGVsbG8=", m: 1 },
  ]);
  assertEquals(shown(Uint8Array.fromHex("8900")), [{ n: 1, t: 5, d: "in", h: "8900", p: "" }]);
  assertEquals(shown(Uint8Array.fromHex("81026869"), "", 3), [
    { n: 1, t: 5, d: "in", h: "8102", p: "aA==", seen: 1, m: 1 },
  ]);
});

Deno.test("wireFrame tells of an inflated message what it was", () => {
  const bytes = encodeFrame({ opcode: OPCODE.TEXT, rsv: 4, payload: Uint8Array.fromHex("f248cdc9c90700") });
  assertEquals(shown(bytes)[0]?.c, { opcode: 1, frames: 1, bytes: 5, b: "SGVsbG8=", inflation: "whole" });
});

Deno.test("wireFrame leaves out payload and content of what may hold a token, and says so", () => {
  const [frame] = shown(encodeFrame({ opcode: OPCODE.TEXT, payload: utf8('["auth","secret"]') }), "sockeye.v1");
  assertEquals(frame, { n: 1, t: 5, d: "in", h: "8111", p: "", m: 1, hidden: HIDDEN_TOKEN });
});
