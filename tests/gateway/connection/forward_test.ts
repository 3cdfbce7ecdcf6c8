/** What a handler was given is sent on as what it is, however long, compressed or not. @module */
import { assert, assertEquals } from "@std/assert";
import { encodeClientFrame } from "../../../lib/testing/mod.ts";
import { serve } from "../support/served.ts";

const LENGTHS = [0, 1, 63, 125, 126, 4095, 4096, 65_535, 65_536, 300_000];

for (const compress of [false, true]) {
  for (const how of ["message", "text", "view"] as const) {
    Deno.test(`peer.send of a message's ${how} gives it back${compress ? " where compression was agreed on" : ""}`, async () => {
      await using server = await serve({
        message(peer, message) {
          if (how === "view" && message.isText) assert(message.view.length === message.byteLength);
          peer.send(how === "message" || !message.isText ? message : message.text());
        },
      }, { perMessageDeflate: compress });
      const peer = await server.connect("/", { perMessageDeflate: compress });
      for (const length of LENGTHS) {
        const text = "é0123456".repeat(length).slice(0, length);
        const bytes = new TextEncoder().encode(text);
        peer.send(text);
        peer.send(bytes);
        assertEquals(await peer.receive(), text);
        assertEquals(await peer.receive(), bytes);
      }
    });
  }
}

Deno.test("peer.send of a message to others leaves each of them the whole of it", async () => {
  const texts = ["short", "l".repeat(50_000)];
  await using server = await serve({
    open: (peer) => void others.push(peer),
    message(_peer, message) {
      for (const other of others) other.send(message);
      for (const other of others) other.send(message);
    },
  });
  const others: Array<{ send(message: unknown): boolean }> = [];
  const peers = [await server.connect("/"), await server.connect("/"), await server.connect("/")];
  for (const text of texts) peers[0]!.send(text);
  for (const peer of peers) {
    for (const text of texts) assertEquals([await peer.receive(), await peer.receive()], [text, text]);
  }
});

Deno.test("messages of one chunk that are sent on keep their order among what else is sent", async () => {
  await using server = await serve({
    message(peer, message) {
      peer.send("<");
      peer.send(message);
      peer.send(message.text());
      peer.send(`${message.text()}>`);
    },
  });
  const peer = await server.connect("/");
  const frames = ["a", "b", "c".repeat(5000)].map((payload) => encodeClientFrame({ opcode: 1, payload }));
  peer.sendRaw(new Uint8Array(frames.flatMap((frame) => [...frame])));
  for (const text of ["a", "b", "c".repeat(5000)]) {
    for (const expected of ["<", text, text, `${text}>`]) assertEquals(await peer.receive(), expected);
  }
});
