/**
 * What no code that keeps to the rules would say of a peer.
 *
 * @module
 */
import { encodeValue } from "../../../../lib/runtime/remote/value.ts";
import { TEXT_FLAG, UP } from "../../../../lib/runtime/remote/wire.ts";
import { publication } from "./scripted_code.ts";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Records of one peer; the topic `forbidden` is one that was not granted. */
export const FORGED: ReadonlyArray<readonly [what: string, kind: number, payload: Uint8Array, flags?: number]> = [
  ["an unknown kind", 99, new Uint8Array(0)],
  ["a text that is not UTF-8", UP.SEND, Uint8Array.of(0xc3, 0x28), TEXT_FLAG],
  ["a text that ends within a character", UP.SEND, Uint8Array.of(0xc3), TEXT_FLAG],
  ["the close code 1006", UP.CLOSE, Uint8Array.of(1006 & 0xff, 1006 >> 8)],
  ["the close code 0", UP.CLOSE, Uint8Array.of(0, 0)],
  ["no close code", UP.CLOSE, Uint8Array.of(1)],
  ["a close reason of 124 bytes", UP.CLOSE, Uint8Array.from([4000 & 0xff, 4000 >> 8, ...new Array(124).fill(0x61)])],
  ["a close reason that is not UTF-8", UP.CLOSE, Uint8Array.of(4000 & 0xff, 4000 >> 8, 0xff)],
  ["a ping of 126 bytes", UP.PING, new Uint8Array(126)],
  ["a context above 16 KiB", UP.CONTEXT, encodeValue("x".repeat(16 * 1024))],
  ["a context that is no value", UP.CONTEXT, Uint8Array.of(1, 0x7b)],
  ["an empty context", UP.CONTEXT, new Uint8Array(0)],
  ["a subscription to a topic that was not granted", UP.SUBSCRIBE, utf8("forbidden")],
  ["a subscription to what is not UTF-8", UP.SUBSCRIBE, Uint8Array.of(0xff)],
  ["a publication to a topic that was not granted", UP.PUBLISH, publication("forbidden", "x")],
  ["a publication of nothing at all", UP.PUBLISH, new Uint8Array(0)],
  ["a publication of one byte", UP.PUBLISH, Uint8Array.of(0)],
  ["a publication whose topic ends behind it", UP.PUBLISH, Uint8Array.of(5, 0, 0x61)],
  ["a publication of a text that is not UTF-8", UP.PUBLISH, publication("all", Uint8Array.of(0xff)), TEXT_FLAG],
  ["a settlement without a number", UP.SETTLED, Uint8Array.of(1, 2, 3)],
  ["a call of drained without a number", UP.WANT_DRAINED, new Uint8Array(5)],
  ["a message given back that was never given", UP.GIVEN_BACK, utf8("never")],
];

/** What no host says of an upgrade. */
export const FORGED_ANSWERS: ReadonlyArray<readonly [what: string, value: unknown]> = [
  ["a field of two lines", { accept: true, headers: [["x-a", "b\r\nset-cookie: c"]] }],
  ["a field whose name is none", { accept: true, headers: [["x a\r\n", "b"]] }],
  ["a field of the handshake", { accept: true, headers: [["sec-websocket-accept", "b"]] }],
  ["a subprotocol that was not offered", { accept: true, subprotocol: "other\r\nset-cookie: c" }],
  ["a context above 16 KiB", { accept: true, context: ["x".repeat(17_000)] }],
  ["a refusal with the status 101", {
    accept: false,
    response: { status: 101, statusText: "", headers: [], hasBody: false },
  }],
  ["a refusal without headers", { accept: false, response: { status: 403, statusText: "", hasBody: false } }],
];
