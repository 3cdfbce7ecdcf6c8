/** Messages are one line of header, a line feed, and a payload. docs/PROTOCOL.md §Messages. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { byteLengthOf, payloadOf, readServerMessage, withHeader } from "../../lib/client/wire.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (buffer: ArrayBuffer | string) => typeof buffer === "string" ? buffer : new TextDecoder().decode(buffer);

Deno.test("a text, bytes and a Blob get their header in their own form", async () => {
  assertEquals(withHeader("a\nb", ["req", 1]), '["req",1]\na\nb');
  assertEquals(withHeader(bytes("a\nb")), bytes("\na\nb"));
  const blob = withHeader(new Blob(["ab"]), ["req", 2]);
  assert(blob instanceof Blob);
  assertEquals(await blob.text(), '["req",2]\nab');
});

Deno.test("what is sent is taken as WebSocket takes it: texts, buffers, views, Blobs, and the rest as text", () => {
  const buffer = bytes("abcd").buffer;
  assertEquals(payloadOf("é"), "é");
  assertEquals(payloadOf(buffer), bytes("abcd"));
  assertEquals(payloadOf(new DataView(buffer, 1, 2)), bytes("bc"));
  assertEquals(payloadOf(new Uint16Array(buffer, 2)), bytes("cd"));
  assertEquals(payloadOf(new ArrayBuffer(0)), new Uint8Array(0));
  assert(payloadOf(new Blob()) instanceof Blob);
  assertEquals(payloadOf(5 as unknown as string), "5");
  assertEquals(["é", bytes("abc"), new Blob(["ab"])].map(byteLengthOf), [2, 3, 2]);
});

Deno.test("a message of the server is read in both forms alike", () => {
  const json = fc.array(fc.oneof(fc.string(), fc.nat(), fc.boolean()), { minLength: 1 });
  fc.assert(fc.property(json, fc.string({ unit: "grapheme" }), (header, payload) => {
    const line = JSON.stringify(header);
    for (const message of [`${line}\n${payload}`, bytes(`${line}\n${payload}`).buffer]) {
      const read = readServerMessage(message);
      assertEquals(read.header as unknown, header);
      assertEquals(text(read.payload), payload);
      assertEquals(typeof read.payload, typeof message);
    }
  }));
});

Deno.test("an empty header is an application's message, and a header may stand without a line feed", () => {
  assertEquals(readServerMessage("\nhello"), { header: [], payload: "hello" });
  assertEquals(readServerMessage(bytes("\n\n").buffer), { header: [], payload: bytes("\n").buffer });
  assertEquals(readServerMessage('["ack",3]').header, ["ack", 3]);
});

Deno.test("a header that is no JSON, or no array, is not read", () => {
  for (const message of ["hello", "{}\n", "7\n", "null\n", "[1\n"]) assertThrows(() => readServerMessage(message));
});
