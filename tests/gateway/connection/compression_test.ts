/** permessage-deflate from handshake to handler and back. RFC 7692. @module */
import { assert, assertEquals, assertLess } from "@std/assert";
import type { Peer, PerMessageDeflateOptions, Route } from "sockeye";
import { deflateAlone } from "../../../lib/frame/mod.ts";
import { MessageDeflater } from "../../../lib/frame/message_deflater.ts";
import type { TestPeer } from "../../../lib/testing/mod.ts";
import { utf8 } from "../../frame/recorder.ts";
import { assertClosed, gate, serve, violations } from "../support/served.ts";

const MIB = 1024 * 1024;
const PARAMETERS = { windowBits: 15, level: 6, memLevel: 8 };
const LINE = "a line of some length, which is worth to be compressed; ".repeat(30);
const NO_CONTEXT = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const KEEP = { serverNoContextTakeover: false, clientNoContextTakeover: false };

function echo(perMessageDeflate: boolean | PerMessageDeflateOptions): Route {
  return {
    options: { perMessageDeflate },
    message: (peer, message) => void peer.send(message.isText ? message.text() : message.view),
  };
}

/** Whether each data frame the peer got was compressed. */
function compressed(peer: TestPeer): readonly boolean[] {
  return peer.frames.filter(({ type }) => type === "text" || type === "binary").map((frame) => !!frame.isCompressed);
}

function sendPacked(peer: TestPeer, payload: Uint8Array): void {
  peer.sendFrame({ opcode: 1, rsv: 4, payload });
}

Deno.test("Connection compresses both ways where route and client agree, and answers exactly what was agreed on", async () => {
  await using server = await serve(echo(true));
  const peer = await server.connect("/", { perMessageDeflate: true });
  assertEquals(peer.extensions, NO_CONTEXT);
  for (const message of [LINE, utf8(LINE), "short", ""]) {
    peer.send(message);
    assertEquals(await peer.receive(), message);
  }
  assertEquals(compressed(peer), [true, true, false, false]);
  assertLess(peer.frames[0]!.payload.length, LINE.length / 5);
});

Deno.test("Connection stays plain where compression is off, or the client does not offer it", async () => {
  for (const [option, perMessageDeflate] of [[false, true], [true, false], [true, "x-webkit-deflate-frame"]] as const) {
    await using server = await serve(echo(option));
    const peer = await server.connect("/", { perMessageDeflate });
    assertEquals([peer.extensions, peer.headers.has("sec-websocket-extensions")], ["", false]);
    peer.send(LINE);
    assertEquals(await peer.receive(), LINE);
    assertEquals(compressed(peer), [false]);
    sendPacked(peer, deflateAlone(utf8(LINE), PARAMETERS)!);
    await assertClosed(peer, 1002);
  }
});

Deno.test("Connection takes perMessageDeflate of its route over the gateway's", async () => {
  await using server = await serve({ message() {} }, { perMessageDeflate: { clientNoContextTakeover: false } });
  const offer = { perMessageDeflate: true };
  assertEquals((await server.connect("/", offer)).extensions, "permessage-deflate; server_no_context_takeover");
  await using plain = await serve(echo(false), { perMessageDeflate: true });
  assertEquals((await plain.connect("/", offer)).extensions, "");
});

Deno.test("Connection keeps contexts where it was agreed on: a repeated message is a reference", async () => {
  await using server = await serve(echo(KEEP));
  const peer = await server.connect("/", { perMessageDeflate: true });
  assertEquals(peer.extensions, "permessage-deflate");
  const deflater = new MessageDeflater(PARAMETERS);
  for (let count = 0; count < 3; count++) {
    sendPacked(peer, deflater.deflate(utf8(LINE)));
    assertEquals(await peer.receive(), LINE);
  }
  deflater.close();
  const sizes = peer.frames.map(({ payload }) => payload.length);
  assertLess(sizes[1]!, sizes[0]! / 2);
  assertLess(sizes[2]!, sizes[0]! / 2);
});

Deno.test("Connection takes compressed fragments, with pings between them", async () => {
  await using server = await serve(echo(true));
  const peer = await server.connect("/", { perMessageDeflate: true });
  const payload = deflateAlone(utf8(LINE), PARAMETERS)!.slice();
  peer.sendFrame({ opcode: 1, rsv: 4, fin: false, payload: payload.subarray(0, 10) });
  peer.ping();
  peer.sendFrame({ opcode: 0, fin: false });
  peer.sendFrame({ opcode: 0, payload: payload.subarray(10) });
  assertEquals(await peer.receive(), LINE);
});

Deno.test("Connection closes with 1007 for a corrupt stream, and delivers what came before it", async () => {
  const handled: string[] = [];
  await using server = await serve({
    options: { perMessageDeflate: true },
    message: (_peer, message) => void handled.push(message.text()),
    close: (_peer, { code }) => void handled.push(`close ${code}`),
  });
  const peer = await server.connect("/", { perMessageDeflate: true });
  peer.send("before");
  sendPacked(peer, Uint8Array.fromHex("f248cdc9"));
  peer.send("after");
  await assertClosed(peer, 1007, "a compressed message cannot be inflated");
  await server.settled();
  assertEquals([handled, violations(server)], [["before", "close 1007"], ["DEFLATE_CORRUPT"]]);
});

Deno.test("Connection closes with 1007 for a compressed text that is not UTF-8", async () => {
  await using server = await serve(echo(true));
  const peer = await server.connect("/", { perMessageDeflate: true });
  sendPacked(peer, deflateAlone(new Uint8Array(100).fill(0xff), PARAMETERS)!);
  await assertClosed(peer, 1007);
  assertEquals(violations(server), ["TEXT_NOT_UTF8"]);
});

Deno.test("Connection closes with 1009 for a message that inflates beyond maxMessageBytes", async () => {
  await using server = await serve(echo(true), { maxMessageBytes: 10_000 });
  const peer = await server.connect("/", { perMessageDeflate: true });
  peer.send("x".repeat(10_000));
  assertEquals(await peer.receive(), "x".repeat(10_000));
  peer.send("x".repeat(10_001));
  await assertClosed(peer, 1009);
  assertEquals(violations(server), ["MESSAGE_TOO_BIG"]);
});

Deno.test("Connection fails a corrupt message that waited for a pending handler, when its turn comes", async () => {
  const { opened, open } = gate();
  const handled: string[] = [];
  await using server = await serve({
    options: { perMessageDeflate: true },
    message(_peer, message) {
      handled.push(message.text());
      return opened;
    },
  });
  const peer = await server.connect("/", { perMessageDeflate: true });
  peer.send("first");
  sendPacked(peer, Uint8Array.of(0xff));
  await server.still();
  assertEquals([server.connectionCount, handled], [1, ["first"]]);
  open();
  await assertClosed(peer, 1007);
});

Deno.test("Connection delivers compressed messages that waited when their client left", async () => {
  const { opened, open } = gate();
  const handled: string[] = [];
  await using server = await serve({
    options: { perMessageDeflate: KEEP },
    message(_peer, message) {
      handled.push(message.text().slice(0, 5));
      return opened;
    },
    close: (_peer, { code }) => void handled.push(`close ${code}`),
  });
  const peer = await server.connect("/", { perMessageDeflate: true });
  const deflater = new MessageDeflater(PARAMETERS);
  for (const at of [1, 2, 3]) sendPacked(peer, deflater.deflate(utf8(`nr. ${at} ${LINE}`)));
  deflater.close();
  await server.still();
  peer.reset();
  await server.still();
  open();
  await server.settled();
  assertEquals(handled, ["nr. 1", "nr. 2", "nr. 3", "close 1006"]);
});

Deno.test("Connection inflates a mebibyte of one peer in a turn, and serves another before the rest", async () => {
  const handled: string[] = [];
  await using server = await serve({
    options: { perMessageDeflate: true },
    message: (peer, message) => void handled.push(`${peer.url.searchParams.get("name")} ${message.bytes().length}`),
  });
  const greedy = await server.connect("/?name=greedy", { perMessageDeflate: true });
  const modest = await server.connect("/?name=modest");
  const packed = deflateAlone(new Uint8Array(MIB), PARAMETERS)!.slice();
  for (let count = 0; count < 8; count++) greedy.sendFrame({ opcode: 2, rsv: 4, payload: packed });
  modest.send("x");
  await server.settled();
  assertEquals(handled.filter((each) => each === `greedy ${MIB}`).length, 8);
  assertLess(handled.indexOf("modest 1"), 4);
});

Deno.test("Connection sends private and shared messages to peers with and without context, and all can read them", async () => {
  const peers: Peer[] = [];
  await using server = await serve({
    options: { perMessageDeflate: KEEP },
    open(peer) {
      peers.push(peer);
      peer.subscribe("all");
    },
  });
  const offers = [
    true,
    "permessage-deflate; server_no_context_takeover",
    "permessage-deflate; server_max_window_bits=9",
    false,
  ];
  const clients: TestPeer[] = [];
  for (const perMessageDeflate of offers) clients.push(await server.connect("/", { perMessageDeflate }));
  const sent = ["private 1", "shared 2", "private 3", "private 4", "shared 5", "shared 6", "private 7"];
  for (const each of sent) {
    if (each.startsWith("shared")) server.publish("all", `${each}: ${LINE}`);
    else for (const peer of peers) peer.send(`${each}: ${LINE}`);
  }
  for (const client of clients) {
    for (const each of sent) assertEquals(await client.receive(), `${each}: ${LINE}`);
  }
  const [kept, alone, narrow, plain] = clients.map((client) => client.frames.map(({ payload }) => payload.toHex()));
  for (const at of [1, 4, 5]) assertEquals(kept![at], alone![at]);
  assert(narrow![1] !== kept![1], "what does not fit into a window was sent to it");
  assertEquals(compressed(clients[3]!), new Array(7).fill(false));
  assertEquals(plain!.length, 7);
});

Deno.test("Connection counts the contexts it keeps against maxMemoryBytes", async () => {
  await using server = await serve(echo(KEEP), { maxMemoryBytes: 4 * MIB });
  const clients: TestPeer[] = [];
  for (let count = 0; count < 20; count++) {
    const client = await server.connect("/", { perMessageDeflate: true }).catch(() => undefined);
    if (client === undefined) break;
    client.send(LINE);
    assertEquals(await client.receive(), LINE);
    clients.push(client);
  }
  assertLess(8, clients.length);
  assertLess(clients.length, 16);
  clients[0]!.close(1000);
  await server.settled();
  await server.clock.advance(1);
  assertEquals((await server.connect("/", { perMessageDeflate: true })).extensions, "permessage-deflate");
});
