import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { defineRoute, type Peer } from "sockeye";
import { createTestServer, encodeClientFrame } from "../../lib/testing/mod.ts";
import { assertClosed, frameTypes, gate, serve } from "./support/served.ts";

Deno.test("Connection answers pings at once while a handler is pending", async () => {
  const end = gate();
  await using server = await serve({ message: () => end.opened });
  const peer = await server.connect("/");
  peer.send("x");
  peer.ping("are you there");
  await server.still();
  assertEquals(frameTypes(peer), ["pong"]);
  assertEquals(new TextDecoder().decode(peer.frames[0]?.payload), "are you there");
  end.open();
});

Deno.test("Connection queues messages behind a pending handler and delivers them in order", async () => {
  const end = gate();
  const seen: string[] = [];
  await using server = await serve({
    async message(_peer, message) {
      if (seen.length === 0) await end.opened;
      seen.push(message.text());
    },
  });
  const peer = await server.connect("/");
  for (const text of ["one", "two", "three"]) peer.send(text);
  await server.still();
  assertEquals(seen, []);
  end.open();
  await server.settled();
  assertEquals(seen, ["one", "two", "three"]);
});

Deno.test("Connection runs no message before an asynchronous open has settled", async () => {
  const end = gate();
  const seen: string[] = [];
  await using server = await serve({
    async open() {
      await end.opened;
      seen.push("open");
    },
    message: (_peer, message) => void seen.push(message.text()),
  });
  const peer = await server.connect("/");
  peer.send("hello");
  await server.still();
  assertEquals(seen, []);
  end.open();
  await server.settled();
  assertEquals(seen, ["open", "hello"]);
});

for (const how of ["a Close frame", "the end of the stream", "a reset"]) {
  Deno.test(`Connection aborts peer.signal at once at ${how}, while a handler is pending, and then closes`, async () => {
    const end = gate();
    const seen: unknown[] = [];
    let signal: AbortSignal | undefined;
    await using server = await serve({
      message(peer) {
        signal = peer.signal;
        return end.opened;
      },
      close: (_peer, info) => void seen.push(info),
    });
    const peer = await server.connect("/");
    peer.send("x");
    await server.still();
    assertEquals(signal?.aborted, false);
    if (how === "a Close frame") peer.close(4000, "bye");
    else if (how === "a reset") peer.reset();
    else peer.endWriting();
    await server.still();
    assertEquals([signal?.aborted, seen.length], [true, 0]);
    end.open();
    await server.settled();
    const clean = { code: 4000, reason: "bye", wasClean: true };
    assertEquals(seen, [how === "a Close frame" ? clean : { code: 1006, reason: "", wasClean: false }]);
    assertEquals(server.connectionCount, 0);
  });
}

Deno.test("message.view stays intact while its asynchronous handler is pending, whatever arrives meanwhile", async () => {
  const end = gate();
  const seen: string[] = [];
  await using server = await serve({
    async message(_peer, message) {
      const { view } = message;
      if (seen.length === 0) await end.opened;
      seen.push(new TextDecoder().decode(view));
    },
  });
  const peer = await server.connect("/");
  peer.send("the first");
  await server.still();
  for (let count = 0; count < 20; count++) {
    peer.send("X".repeat(500));
    await server.still();
  }
  end.open();
  await server.settled();
  assertEquals(seen, ["the first", ...Array(20).fill("X".repeat(500))]);
});

for (const isAsync of [false, true]) {
  Deno.test(`a kept view is overwritten in development after its ${isAsync ? "asynchronous" : "synchronous"} handler`, async () => {
    const kept: Uint8Array[] = [];
    const route = defineRoute({
      message(_peer, message) {
        kept.push(message.view);
        if (isAsync) return Promise.resolve();
      },
    });
    await using server = await createTestServer({ "/": route });
    const peer = await server.connect("/");
    peer.send(Uint8Array.of(1, 2, 3));
    await server.settled();
    assertNotEquals([...kept[0]!], [1, 2, 3]);
  });
}

Deno.test("peer.terminate inside a handler leaves other connections' bytes alone, whatever follows in the chunk", async () => {
  const payload = new Uint8Array(900).fill(7);
  await using server = await serve({
    open: (peer) => peer.subscribe("all"),
    message(peer) {
      peer.terminate();
    },
    close: (peer) => void peer.publish("all", payload),
  });
  const other = await server.connect("/");
  const peer = await server.connect("/");
  const frame = encodeClientFrame({ opcode: 1, payload: "q".repeat(100) });
  const chunk = new Uint8Array(frame.length * 9);
  for (let count = 0; count < 9; count++) chunk.set(frame, count * frame.length);
  peer.sendRaw(chunk);
  assertEquals(await other.receive(), payload);
  await assertClosed(peer, 1006);
});

Deno.test("a handler that overruns maxBufferedBytes still has its message", async () => {
  let seen = "";
  await using server = await serve({
    message(peer, message) {
      for (let count = 0; count < 40; count++) peer.send("y".repeat(1000));
      seen = new TextDecoder().decode(message.view);
    },
  }, { highWaterBytes: 1000, maxBufferedBytes: 10_000 });
  const peer = await server.connect("/");
  peer.stopReading();
  const frames = [encodeClientFrame({ opcode: 1, payload: "mine" }), encodeClientFrame({ opcode: 1, payload: "next" })];
  peer.sendRaw(new Uint8Array([...frames[0]!, ...frames[1]!]));
  peer.send("zzzzzzzzzzzzzzzzzzzzzzzz");
  await server.still();
  assertEquals(seen, "mine");
});

Deno.test("a throwing handler ends its peer with 1011, is logged with route and file, and harms nobody else", async () => {
  await using server = await serve({
    message(peer, message) {
      if (message.text() === "fail") throw new Error("no luck");
      peer.send("fine");
    },
  });
  const [failing, other] = [await server.connect("/"), await server.connect("/")];
  failing.send("fail");
  await assertClosed(failing, 1011, "internal error");
  other.send("x");
  assertEquals(await other.receive(), "fine");
  const [line] = server.logs;
  assertEquals([line?.level, line?.fields.route, line?.fields.hook], ["error", "/", "message"]);
});

Deno.test("peer.context starts as what upgrade returned, and is the gateway's to keep", async () => {
  await using server = await serve({
    upgrade: () => ({ context: { count: 0 } }),
    message(peer) {
      const { count } = peer.context as { readonly count: number };
      peer.context = { count: count + 1 };
      peer.send(JSON.stringify(peer.context));
    },
  });
  const peer = await server.connect("/");
  peer.send("x");
  peer.send("x");
  assertEquals([await peer.receive(), await peer.receive()], ['{"count":1}', '{"count":2}']);
});

Deno.test("peer.publish reaches every subscriber but the publisher, and that one too with self", async () => {
  await using server = await serve({
    open: (peer) => peer.subscribe("room"),
    message(peer, message) {
      if (message.text() === "leave") return peer.unsubscribe("room");
      return peer.publish("room", message.text(), { self: message.text() === "self" });
    },
  });
  const [a, b] = [await server.connect("/"), await server.connect("/")];
  a.send("others");
  a.send("self");
  await server.settled();
  b.send("leave");
  await server.settled();
  a.send("gone");
  await server.settled();
  assertEquals([await b.receive(), await b.receive(), b.waitingMessages], ["others", "self", 0]);
  assertEquals([await a.receive(), a.waitingMessages], ["self", 0]);
});

Deno.test("a peer that is gone gets nothing that is published, and its send says so", async () => {
  let gone: Peer | undefined;
  await using server = await serve({
    open(peer) {
      gone ??= peer;
      return peer.subscribe("room");
    },
  });
  const [a, b] = [await server.connect("/"), await server.connect("/")];
  await a.close(1000);
  await server.settled();
  server.publish("room", "x");
  assertEquals(await b.receive(), "x");
  assertEquals([gone?.send("x"), gone?.topics.size, gone?.bufferedAmount], [false, 0, 0]);
});

Deno.test("messages after peer.close are not delivered, those of the same chunk included", async () => {
  const seen: string[] = [];
  await using server = await serve({
    message(peer, message) {
      seen.push(message.text());
      peer.close(4002);
    },
  });
  const peer = await server.connect("/");
  const frame = encodeClientFrame({ opcode: 1, payload: "x" });
  peer.sendRaw(new Uint8Array([...frame, ...frame, ...frame]));
  await assertClosed(peer, 4002);
  assert(seen.length === 1);
});
