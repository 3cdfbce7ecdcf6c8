import { FORM } from "../../lib/frame/mod.ts";
import { assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { InlineMessage } from "../../lib/runtime/inline_message.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";

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

Deno.test("InlineMessage.forward hands the bytes over where they lie, whatever was read of them before", () => {
  const { message, chunk } = messageOf("hé");
  const commands = new RecordedCommands();
  assertEquals(InlineMessage.forward(message, commands, false), true);
  message.text();
  message.bytes();
  InlineMessage.forward(message, commands, false);
  assertEquals(commands.calls, [["send", "hé"], ["send", "hé"]]);
  assertEquals(commands.forwarded, [[chunk, 4, 7], [chunk, 4, 7]]);
});

Deno.test("InlineMessage.forward sends UTF-8 whatever was written to a view of a text", () => {
  const { message } = messageOf("hé");
  const commands = new RecordedCommands();
  message.view[2] = 0xff;
  InlineMessage.forward(message, commands, false);
  assertEquals(commands.calls, [["send", "h\ufffd\ufffd"]]);
  assertEquals(commands.forwarded, []);
});

Deno.test("InlineMessage.forward copies in development, where a view that is taken later is overwritten", () => {
  const chunk = new TextEncoder().encode("<hé>");
  const commands = new RecordedCommands();
  for (const form of [FORM.TEXT, 0]) InlineMessage.forward(new InlineMessage(form, chunk, 1, 4), commands, true);
  assertEquals(commands.sentObjects, ["hé", chunk.slice(1, 4)]);
  assertNotStrictEquals((commands.sentObjects[1] as Uint8Array).buffer, chunk.buffer);
  assertEquals(commands.forwarded, []);
});

Deno.test("InlineMessage.forward says what to do when the handler has ended", () => {
  const { message } = messageOf("hé");
  InlineMessage.release(message, false);
  assertThrows(() => InlineMessage.forward(message, new RecordedCommands(), false), TypeError, "after the handler");
});

Deno.test("InlineMessage.whoseText knows the text that was read last, as long as its bytes are there and unchanged", () => {
  const { message } = messageOf("hello");
  assertEquals(InlineMessage.whoseText("hello"), undefined, "it was not read yet");
  const text = message.text();
  assertStrictEquals(InlineMessage.whoseText(text), message);
  assertStrictEquals(InlineMessage.whoseText("hel" + "lo"), message);
  assertEquals(InlineMessage.whoseText("hullo"), undefined);
  const other = messageOf("other").message;
  other.text();
  assertEquals(InlineMessage.whoseText(text), undefined);
  message.text();
  assertStrictEquals(InlineMessage.whoseText(text), message);
  InlineMessage.release(message, false);
  assertEquals(InlineMessage.whoseText(text), undefined);
  assertEquals(other.view.length, 5);
  other.text();
  assertEquals(InlineMessage.whoseText("other"), undefined, "a view may have been written to");
  const binary = new InlineMessage(0, new TextEncoder().encode("bytes"), 0, 5);
  assertEquals(InlineMessage.whoseText(binary.text()), undefined, "a string goes out as text");
});
