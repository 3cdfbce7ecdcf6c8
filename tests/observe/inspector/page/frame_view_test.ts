import { assertEquals } from "@std/assert";
import {
  bytesOf,
  closeOf,
  headerView,
  messageOf,
  opcodeName,
  opcodeOf,
  payloadOf,
  previewOf,
} from "../../../../lib/observe/inspector/page/frame_view.ts";
import type { WireFrame } from "../../../../lib/observe/inspector/wire.ts";

const frame = (h: string, payload: string | Uint8Array, rest: Partial<WireFrame> = {}): WireFrame => {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  return { n: 1, t: 0, d: "in", h, p: bytes.toBase64(), ...rest };
};

Deno.test("headerView reads the masked frame of the RFC (§5.7), and its fragmented and compressed like", () => {
  assertEquals(headerView("818537fa213d"), {
    fin: true,
    rsv: "000",
    opcode: 1,
    maskKey: "37fa213d",
    lengthForm: 7,
    payloadBytes: 5,
  });
  assertEquals([headerView("0103").fin, headerView("c107").rsv, headerView("b303").rsv], [false, "100", "011"]);
});

Deno.test("headerView reads the three forms of a length", () => {
  assertEquals(headerView("827e0100").payloadBytes, 256);
  assertEquals(headerView("827f0000000000010000"), {
    fin: true,
    rsv: "000",
    opcode: 2,
    maskKey: "",
    lengthForm: 64,
    payloadBytes: 65_536,
  });
  const masked = headerView("82fe010001020304");
  assertEquals([masked.payloadBytes, masked.lengthForm, masked.maskKey], [256, 16, "01020304"]);
});

Deno.test("payloadOf and messageOf tell the frame's own bytes from those of its message", () => {
  const last = frame("8003", "eye", { c: { opcode: 1, frames: 2, bytes: 7, b: btoa("sockeye") } });
  assertEquals([payloadOf(last).isText, payloadOf(last).byteLength], [false, 3]);
  assertEquals(messageOf(last), { bytes: bytesOf(btoa("sockeye")), byteLength: 7, isText: true });
  assertEquals(messageOf(frame("8102", "hi")), undefined);
  assertEquals(payloadOf(frame("8105", "hi", { seen: 2 })).byteLength, 2);
});

Deno.test("closeOf reads code and reason, where there are any", () => {
  assertEquals(closeOf(payloadOf(frame("8805", Uint8Array.of(3, 232, 98, 121, 101)))), { code: 1000, reason: "bye" });
  assertEquals(closeOf(payloadOf(frame("8800", ""))), { code: undefined, reason: "" });
});

Deno.test("previewOf is one line: text, hex, close code, what is hidden, what could not be inflated", () => {
  assertEquals(previewOf(frame("8105", "a\nb\0c")), "a⏎b·c");
  assertEquals(previewOf(frame("8202", Uint8Array.of(0, 255))), "00 ff");
  assertEquals(previewOf(frame("8804", Uint8Array.of(3, 233, 104, 105))), "1001 hi");
  assertEquals(previewOf(frame("8800", "")), "no code");
  assertEquals(previewOf(frame("8100", "", { hidden: "a token" })), "hidden: a token");
  assertEquals(previewOf(frame("8104", "x".repeat(200))), `${"x".repeat(120)}…`);
  assertEquals(
    previewOf(frame("8003", "eye", { c: { opcode: 1, frames: 2, bytes: 7, b: btoa("sockeye") } })),
    "sockeye",
  );
  const unknown = { opcode: 1, frames: 1, b: "", inflation: "context unknown" };
  assertEquals(previewOf(frame("c103", "abc", { c: unknown })), "not inflated: context unknown");
  assertEquals(previewOf(frame("8901", "?")), "?");
});

Deno.test("opcodeName knows what the RFC names, and calls the rest reserved", () => {
  assertEquals([0, 1, 2, 8, 9, 10, 3, 15].map(opcodeName), [
    "continuation",
    "text",
    "binary",
    "close",
    "ping",
    "pong",
    "reserved 0x3",
    "reserved 0xf",
  ]);
  assertEquals(opcodeOf(frame("8a00", "")), 10);
});
