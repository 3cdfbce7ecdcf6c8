import { FORM } from "../../lib/frame/mod.ts";
import { assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { InlineMessage } from "../../lib/runtime/inline_message.ts";

/** A message out of the middle of a chunk. */
function messageOf(text: string): { message: InlineMessage; chunk: Uint8Array<ArrayBuffer> } {
  const bytes = new TextEncoder().encode(text);
  const chunk = new Uint8Array(bytes.length + 8).fill(0xee);
  chunk.set(bytes, 4);
  return { message: new InlineMessage(FORM.TEXT, chunk, 4, 4 + bytes.length), chunk };
}

Deno.test("InlineMessage gives its payload in every form", () => {
  const { message, chunk } = messageOf('{"a":"é"}');
  assertEquals([message.isText, message.byteLength], [true, 10]);
  assertEquals(message.text(), '{"a":"é"}');
  assertEquals(message.json(), { a: "é" });
  assertEquals(message.bytes(), chunk.slice(4, 14));
  assertEquals(new Uint8Array(message.arrayBuffer()), chunk.slice(4, 14));
  assertEquals(message.value, undefined);
});

Deno.test("InlineMessage.view is one view of the chunk itself; bytes and arrayBuffer are copies of their own", () => {
  const { message, chunk } = messageOf("abc");
  assertStrictEquals(message.view, message.view);
  assertStrictEquals(message.view.buffer, chunk.buffer);
  assertEquals([message.view.byteOffset, message.view.byteLength], [4, 3]);
  assertNotStrictEquals(message.bytes(), message.bytes());
  assertEquals(message.arrayBuffer().byteLength, 3);
  chunk.fill(0);
  assertEquals(message.bytes(), new Uint8Array(3));
});

Deno.test("InlineMessage.json throws a SyntaxError for what is not JSON", () => {
  assertThrows(() => messageOf("{").message.json(), SyntaxError);
});

Deno.test("InlineMessage says what to do when it is read after its handler", () => {
  const { message } = messageOf("abc");
  InlineMessage.release(message, false);
  const reads = [() => message.view, () => message.text(), () => message.json(), () => message.bytes()];
  for (const read of [...reads, () => message.arrayBuffer()]) {
    assertThrows(read, TypeError, "call text() or bytes() before the handler returns");
  }
  assertEquals([message.isText, message.byteLength], [true, 3]);
});

Deno.test("InlineMessage: a text that was read stays readable after the handler", () => {
  const { message } = messageOf("[1]");
  message.text();
  InlineMessage.release(message, true);
  assertEquals(message.text(), "[1]");
  assertEquals(message.json(), [1]);
  assertThrows(() => message.bytes(), TypeError);
});

Deno.test("InlineMessage overwrites a view that was taken, nothing beside it, and only in development", () => {
  const kept = messageOf("abc");
  const view = kept.message.view;
  InlineMessage.release(kept.message, true);
  assertEquals([...view], [0xdb, 0xdb, 0xdb]);
  assertEquals([...kept.chunk], [0xee, 0xee, 0xee, 0xee, 0xdb, 0xdb, 0xdb, 0xee, 0xee, 0xee, 0xee]);
  const production = messageOf("abc");
  const untouched = production.message.view;
  InlineMessage.release(production.message, false);
  assertEquals([...untouched], [0x61, 0x62, 0x63]);
  const unviewed = messageOf("abc");
  unviewed.message.text();
  InlineMessage.release(unviewed.message, true);
  assertEquals([...unviewed.chunk.subarray(4, 7)], [0x61, 0x62, 0x63]);
});

Deno.test("InlineMessage holds the value the schema made", () => {
  const { message } = messageOf("abc");
  InlineMessage.setValue(message, { made: true });
  assertEquals(message.value, { made: true });
});
