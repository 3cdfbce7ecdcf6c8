import { assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { FORM } from "../../lib/frame/mod.ts";
import { InlineMessage } from "../../lib/runtime/inline_message.ts";
import { InlinePeer } from "../../lib/runtime/inline_peer.ts";
import { InlineRequest, requestNumberOf } from "../../lib/runtime/inline_request.ts";
import { RecordedCommands } from "../suites/recorded_commands.ts";

/** A request out of the middle of a chunk. */
function bench(text = "hé", isDevelopment = false) {
  const commands = new RecordedCommands();
  const peer = new InlinePeer(commands, { deployment: "d-1", isDevelopment });
  const payload = new TextEncoder().encode(text);
  const chunk = new Uint8Array(3 + 4 + payload.length + 3).fill(0xee);
  chunk.set([0x04, 0x03, 0x02, 0xf1], 3);
  chunk.set(payload, 7);
  const request = new InlineRequest(FORM.TEXT | FORM.REQUEST, chunk, 3, 7 + payload.length, peer);
  return { commands, peer, request, chunk };
}

const NUMBER = 0xf1020304;

Deno.test("InlineRequest is a message whose number is none of its payload", () => {
  const { request, chunk } = bench();
  assertEquals([request.isRequest, request.isText, request.byteLength, request.text()], [true, true, 3, "hé"]);
  assertEquals([...request.view], [...chunk.subarray(7, 10)]);
  assertEquals(requestNumberOf(chunk, 3), NUMBER);
});

Deno.test("InlineRequest.reply answers with a text, bytes, or a message", () => {
  for (const [data, replied] of [["ä", "ä"], [Uint8Array.of(1, 2), [1, 2]]] as const) {
    const { request, commands } = bench();
    request.reply(data);
    assertEquals(commands.calls, [["reply", NUMBER, replied]]);
  }
  const { request, commands } = bench();
  request.reply(request);
  assertEquals(commands.calls, [["reply", NUMBER, "hé"]]);
});

Deno.test("InlineRequest.reply copies in development what may be overwritten", () => {
  const { request, commands, chunk } = bench("hé", true);
  const kept: unknown[] = [];
  commands.reply = (_, data) => void kept.push(data);
  request.reply(request.view);
  assertEquals(kept, [chunk.slice(7, 10)]);
  assertNotStrictEquals((kept[0] as Uint8Array).buffer, chunk.buffer);
});

Deno.test("InlineRequest has one answer, until its handler has settled", () => {
  const { request, commands } = bench();
  assertThrows(() => request.reply({} as never), TypeError, "message.reply takes a string");
  request.reply("once");
  assertThrows(() => request.reply("twice"), TypeError, "a request has one answer");
  InlineRequest.settle(request);
  assertEquals(commands.calls, [["reply", NUMBER, "once"]]);
  const late = bench();
  InlineMessage.release(late.request, false);
  assertThrows(() => late.request.reply("late"), TypeError, "after the handler had ended");
});

Deno.test("InlineRequest that nothing was said to is acknowledged once, unless the peer is at its end", () => {
  const { request, commands } = bench();
  InlineRequest.settle(request);
  InlineRequest.settle(request);
  assertEquals(commands.calls, [["reply", NUMBER, undefined]]);
  const over = bench();
  InlinePeer.end(over.peer);
  InlineRequest.settle(over.request);
  assertEquals(over.commands.calls, []);
});

Deno.test("InlineMessage that is no request has nothing to be answered", () => {
  const message = new InlineMessage(FORM.TEXT, new Uint8Array(4), 0, 4);
  assertEquals(message.isRequest, false);
  assertThrows(() => message.reply("x"), TypeError, "answers a request, and this message is none");
});
