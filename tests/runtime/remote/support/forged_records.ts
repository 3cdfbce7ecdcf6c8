/**
 * What no code that keeps to the rules would say of a peer.
 *
 * @module
 */
import { FORM } from "../../../../lib/frame/mod.ts";
import { encodeValue } from "../../../../lib/runtime/remote/value.ts";
import { TEXT_FLAG, UP } from "../../../../lib/runtime/remote/wire.ts";
import { numberBytes, publication } from "./scripted_code.ts";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const subscription = (options: unknown): Uint8Array => encodeValue({ call: 1, topic: "all", options });

const joining = (wrong: Readonly<Record<string, unknown>>): Uint8Array =>
  encodeValue({ call: 1, topic: "all", key: "", state: "null", ...wrong });

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
  ["a subscription to a topic that was not granted", UP.SUBSCRIBE, encodeValue({ call: 1, topic: "forbidden" })],
  ["a subscription that is no value", UP.SUBSCRIBE, Uint8Array.of(0xff)],
  ["a subscription that is null", UP.SUBSCRIBE, encodeValue(null)],
  ["a subscription without a topic", UP.SUBSCRIBE, encodeValue({ call: 1 })],
  ["a subscription to a topic that is not UTF-8", UP.SUBSCRIBE, encodeValue({ call: 1, topic: "\ud800" })],
  ["a subscription without a call", UP.SUBSCRIBE, encodeValue({ topic: "all" })],
  ["a subscription whose call is no number", UP.SUBSCRIBE, encodeValue({ call: -1, topic: "all" })],
  ["a subscription of too many words", UP.SUBSCRIBE, encodeValue({ call: 1, topic: "all", x: "x".repeat(16_384) })],
  ["a subscription with a last that is none", UP.SUBSCRIBE, subscription({ last: "1" })],
  ["a subscription with a last below 0", UP.SUBSCRIBE, subscription({ last: -1 })],
  ["a subscription since nothing", UP.SUBSCRIBE, subscription({ since: null })],
  ["a subscription since an offset that is none", UP.SUBSCRIBE, subscription({ since: { epoch: "a", offset: 0.5 } })],
  ["a subscription since an epoch that is none", UP.SUBSCRIBE, subscription({ since: { epoch: 1, offset: 1 } })],
  ["a subscription with options that are none", UP.SUBSCRIBE, subscription("all")],
  ["an end of a subscription to a topic that was not granted", UP.UNSUBSCRIBE, utf8("forbidden")],
  ["a join of a topic that was not granted", UP.JOIN, joining({ topic: "forbidden" })],
  ["a join without a key", UP.JOIN, joining({ key: undefined })],
  ["a join with a key of 257 characters", UP.JOIN, joining({ key: "k".repeat(257) })],
  ["a join with a key that is not UTF-8", UP.JOIN, joining({ key: "\ud800" })],
  ["a join with a state that is no JSON", UP.JOIN, joining({ state: "{" })],
  ["a join with a state above 1 KiB", UP.JOIN, joining({ state: JSON.stringify("x".repeat(1023)) })],
  ["a join with a state that is no text", UP.JOIN, joining({ state: null })],
  ["a leave of a topic that was not granted", UP.LEAVE, utf8("forbidden")],
  ["a question for the members of a topic that was not granted", UP.MEMBERS, joining({ topic: "forbidden" })],
  ["a watch of a topic that was not granted", UP.WATCH, joining({ topic: "forbidden" })],
  ["an end of a watch of what is not UTF-8", UP.UNWATCH, Uint8Array.of(0xff)],
  ["a reply to a request that was never given", UP.REPLY, numberBytes(3)],
  ["a reply to nothing", UP.REPLY, Uint8Array.of(3)],
  ["a request given back that has no number", UP.GIVEN_BACK, new Uint8Array(3), FORM.REQUEST],
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
