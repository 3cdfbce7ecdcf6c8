/** What route code may send. @module */
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { FORM } from "../../lib/frame/mod.ts";
import { InlineMessage } from "../../lib/runtime/inline_message.ts";
import { kindOf, payloadOf } from "../../lib/runtime/sendable.ts";

Deno.test("payloadOf passes strings and bytes on as they are", () => {
  for (const one of ["text", new ArrayBuffer(2), new Uint8Array(3), new DataView(new ArrayBuffer(1))]) {
    assertStrictEquals(payloadOf("send", one), one);
  }
});

Deno.test("payloadOf makes a string of a text message, and a view of a binary one", () => {
  const bytes = new TextEncoder().encode("<hé>");
  assertEquals(payloadOf("send", new InlineMessage(FORM.TEXT, bytes, 1, 4)), "hé");
  assertEquals(payloadOf("send", new InlineMessage(0, bytes, 1, 4)), bytes.subarray(1, 4));
});

Deno.test("payloadOf names what it was given", () => {
  assertThrows(() => payloadOf("send", new Map()), TypeError, "not an object of type Map; JSON.stringify");
  assertThrows(() => payloadOf("send", Object.create(null)), TypeError, "not an object of type Object");
  assertThrows(
    () => payloadOf("peer.send", 7),
    TypeError,
    "peer.send takes a string, an ArrayBuffer, a view of one, or",
  );
  assertThrows(() => payloadOf("send", new SharedArrayBuffer(1)), TypeError, "SharedArrayBuffer");
  // Something that only looks like a message has no bytes of ours.
  assertThrows(() => payloadOf("send", { isText: true, text: () => "x" }), TypeError, "not an object of type Object");
});

Deno.test("kindOf says what a value is", () => {
  assertEquals([null, undefined, 1, "a", new Date(0)].map(kindOf), [
    "null",
    "undefined",
    "1 (a number)",
    "a (a string)",
    "an object of type Date",
  ]);
});
