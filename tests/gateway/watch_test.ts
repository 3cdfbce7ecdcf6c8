import { assertEquals, assertStringIncludes } from "@std/assert";
import { constants, deflateRawSync } from "node:zlib";
import { encodeFrame, OPCODE } from "../../lib/frame/mod.ts";
import { type Connection, type Direction, Watch } from "../../lib/gateway/mod.ts";
import type { FrameRecord } from "../../lib/protocol/mod.ts";
import type { RouteOptions } from "../../lib/route/mod.ts";
import { concat } from "../frame/recorder.ts";
import { ask, DeployedGateway } from "../support/deployed_gateway.ts";
import { PollClient } from "../support/poll_client.ts";
import { maskedFrame, maskPart, type RawClient } from "../support/raw_client.ts";
import { until } from "../support/until.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Who writes down what is seen. */
class Notes {
  readonly frames: string[] = [];
  readonly records: FrameRecord[] = [];
  head = "";
  isGone = false;

  onFrame(direction: Direction, record: FrameRecord): void {
    this.records.push(record);
    this.frames.push(`${direction} ${record.opcode} ${text(record.content?.bytes ?? record.payload)}`);
  }
  onHead(bytes: Uint8Array): void {
    this.head += text(bytes);
  }
  onGone(): void {
    this.isGone = true;
  }
}

const echo = {
  message: (peer: { send(data: string): unknown }, message: { text(): string }) => void peer.send(message.text()),
};

async function serving(options: RouteOptions = {}) {
  const server = await DeployedGateway.serving({ "/": { options, ...echo } });
  const client = await server.connect("/");
  const connection = server.gateway.peers()[0]!;
  return { server, client, connection };
}

async function sayText(client: RawClient, said: string): Promise<void> {
  await client.sendText(said);
  assertEquals(await client.next(), { kind: "text", text: said });
}

Deno.test("Watch shows both directions of a connection from when it begins until it ends, and changes nothing", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  await sayText(client, "before");
  const notes = new Notes();
  const watch = new Watch(connection, notes);
  assertEquals(watch.isInStep, true);
  await sayText(client, "one");
  await client.ping("?");
  assertEquals((await client.next()).kind, "pong");
  await until(() => notes.frames.length === 4, "four frames");
  assertEquals(notes.frames, ["in 1 one", "out 1 one", "in 9 ?", "out 10 ?"]);
  watch.end();
  await sayText(client, "after");
  assertEquals(notes.frames.length, 4);
  const { transport } = connection.ends;
  assertEquals([transport.events === connection, transport.observer], [true, undefined]);
});

Deno.test("Watch begins where a frame begins: in the middle of a message it waits for its end", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  const long = "x".repeat(5000);
  const frame = maskedFrame(OPCODE.TEXT, long);
  for (const cut of [1, 5, 7, 8, 4000, frame.length - 1]) {
    await client.write(frame.subarray(0, cut));
    const { protocol } = connection.ends;
    await until(() => protocol.isUnfinished, "a part has come");
    const notes = new Notes();
    const watch = new Watch(connection, notes);
    assertEquals(watch.isInStep, false);
    // The rest, a whole frame and a part of another come in one chunk.
    const next = maskedFrame(OPCODE.TEXT, "whole");
    const part = maskedFrame(OPCODE.TEXT, "later");
    await client.write(concat(frame.subarray(cut), next, part.subarray(0, 3)));
    assertEquals(await client.next(), { kind: "text", text: long });
    assertEquals(await client.next(), { kind: "text", text: "whole" });
    await client.write(part.subarray(3));
    assertEquals(await client.next(), { kind: "text", text: "later" });
    await until(() => notes.frames.length >= 5, "five frames");
    const incoming = notes.frames.filter((line) => line.startsWith("in"));
    assertEquals(incoming, ["in 1 whole", "in 1 later"], `cut at ${cut}`);
    assertEquals(notes.frames.filter((line) => line.startsWith("out")).length, 3);
    watch.end();
  }
});

Deno.test("Watch that begins while a peer does not read shows no frame twice and none in part", async () => {
  const count = 24;
  const { server, client, connection } = await serving({ maxBufferedBytes: 64 << 20 });
  await using _server = server;
  const { transport } = connection.ends;
  // More than the system takes at once: a write is under way, and has taken a part.
  for (let at = 0; at < count; at++) connection.send(new Uint8Array(1 << 20).fill(at));
  await until(() => transport.output.isInFlight && transport.output.bytesToFrame > 0, "a write under way");
  const notes = new Notes();
  const watch = new Watch(connection, notes);
  for (let at = 0; at < count; at++) assertEquals((await client.next()).kind, "binary");
  await sayText(client, "last");
  await until(() => notes.frames.at(-1) === "out 1 last", "the last frame");
  const outgoing = notes.records.filter(({ maskKey }) => maskKey === undefined);
  const whole = outgoing.filter(({ payloadBytes }) => payloadBytes === 1 << 20);
  assertEquals(whole.every(({ payload }, at) => payload[0] === count - whole.length + at), true);
  assertEquals([outgoing.length, whole.length > 0, whole.length < count], [whole.length + 1, true, true]);
  watch.end();
});

Deno.test("Watch of a connection that opens shows its 101, its first frames, and those that came with the handshake", async () => {
  await using server = await DeployedGateway.serving({ "/": { open: (peer) => void peer.send("hello"), ...echo } });
  const notes = new Notes();
  let seen: Connection | undefined;
  server.gateway.inspection = {
    opening(connection) {
      seen = connection;
      return new Watch(connection, notes, true);
    },
    removed() {},
  };
  const client = await server.connect("/");
  assertEquals(await ask(client), "hello");
  await until(() => notes.frames.length === 3, "three frames");
  assertEquals(notes.frames.sort(), ["in 1 ?", "out 1 ?", "out 1 hello"]);
  assertStringIncludes(notes.head, "HTTP/1.1 101 Switching Protocols\r\n");
  assertEquals(notes.head.endsWith("\r\n\r\n"), true);
  assertEquals(seen!.ends.transport.events === seen, false);
});

Deno.test("Watch inflates what a browser would send, and what the route answers, in the contract of the connection", async () => {
  const options = { perMessageDeflate: { threshold: 0 } };
  await using server = await DeployedGateway.serving({ "/": { options, ...echo } });
  const headers = { "sec-websocket-extensions": "permessage-deflate" };
  const client = await server.connect("/", headers);
  const notes = new Notes();
  const watch = new Watch(server.gateway.peers()[0]!, notes);
  const said = "sockeye ".repeat(50);
  const packed = new Uint8Array(deflateRawSync(said, { finishFlush: constants.Z_SYNC_FLUSH })).slice(0, -4);
  await client.write(maskedFrame(OPCODE.TEXT, packed.subarray(0, 2), { rsv: 4, fin: false }));
  await client.write(maskedFrame(OPCODE.CONTINUATION, packed.subarray(2)));
  await until(() => notes.records.some(({ maskKey }) => maskKey === undefined), "an answer");
  assertEquals(notes.records.map(({ content }) => content && [text(content.bytes), content.inflation]), [
    undefined,
    [said, "whole"],
    [said, "whole"],
  ]);
  watch.end();
});

Deno.test("Watch shows the frame that breaks a rule, and the Close that it is answered with", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  const notes = new Notes();
  new Watch(connection, notes);
  await client.write(encodeFrame({ opcode: 3, payload: new Uint8Array(0), maskKey: Uint8Array.of(1, 2, 3, 4) }));
  assertEquals((await client.next()).kind, "close");
  client[Symbol.dispose]();
  await until(() => notes.isGone, "the end");
  assertEquals(notes.records.map(({ opcode }) => opcode), [3, 8]);
});

Deno.test("Watch begun while a long message is read to where it belongs loses none of it", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  const payload = new TextEncoder().encode("y".repeat(900_000));
  const header = maskedFrame(OPCODE.TEXT, payload).subarray(0, 14);
  const masked = maskPart(payload.slice(), 0);
  await client.write(concat(header, masked.subarray(0, 400_000)));
  await until(() => connection.ends.protocol.bufferedBytes >= 400_000, "a part has come");
  const notes = new Notes();
  const watch = new Watch(connection, notes);
  await client.write(masked.subarray(400_000));
  assertEquals(await client.next(), { kind: "text", text: "y".repeat(900_000) });
  await sayText(client, "next");
  await until(() => notes.frames.length === 3, "three frames");
  assertEquals(notes.records.map(({ payloadBytes }) => payloadBytes), [900_000, 4, 4]);
  watch.end();
});

Deno.test("Watch shows bytes that are sent as they are, and are no frame to the write buffer, from the first", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  const notes = new Notes();
  const watch = new Watch(connection, notes);
  const { transport } = connection.ends;
  transport.output.appendBytes(encodeFrame({ opcode: OPCODE.PING, payload: new TextEncoder().encode("raw") }));
  transport.touch();
  assertEquals((await client.next()).kind, "ping");
  await until(() => notes.frames.length > 0, "a frame");
  assertEquals(notes.frames, ["out 9 raw"]);
  watch.end();
});

Deno.test("Watch: a viewer that fails ends the watch, and the connection goes on", async () => {
  const { server, client, connection } = await serving();
  await using _server = server;
  const told: string[] = [];
  const listen = (event: ErrorEvent): void => {
    event.preventDefault();
    told.push(event.message);
  };
  addEventListener("error", listen);
  new Watch(connection, {
    onFrame() {
      throw new Error("of the viewer's own");
    },
    onGone() {},
  });
  await sayText(client, "one");
  await sayText(client, "two");
  removeEventListener("error", listen);
  assertEquals(told.length, 1);
  assertStringIncludes(told[0]!, "of the viewer's own");
  assertEquals(connection.ends.transport.events === connection, true);
});

for (const transport of ["long-poll", "poll"]) {
  Deno.test(`Watch shows the frames of a client that comes by ${transport}, its own when the client has them`, async () => {
    await using server = await DeployedGateway.serving({ "/": echo });
    using http = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const url = `http://127.0.0.1:${server.port}/_sockeye/poll`;
    const client = await PollClient.begin((init) => fetch(url, { ...init, client: http }), "/", {
      "Sockeye-Transport": transport,
    });
    const notes = new Notes();
    const connection = server.gateway.peers()[0]!;
    const watch = new Watch(connection, notes);
    assertEquals([connection.transport, watch.isInStep], [transport, true]);
    const post = async (frame: Uint8Array): Promise<void> => {
      await (await client.post(frame)).body?.cancel();
      client.sent += frame.length;
    };
    for (const said of ["one", "two"]) {
      await post(maskedFrame(OPCODE.TEXT, said));
      assertEquals((await client.get())?.length, 5);
    }
    // The acknowledgement of the last answer comes with another request.
    await post(maskedFrame(OPCODE.PING, "?"));
    await until(() => notes.frames.length === 5, () => `five frames, not ${notes.frames}`);
    const of = (direction: string): readonly string[] => notes.frames.filter((line) => line.startsWith(direction));
    assertEquals(of("in"), ["in 1 one", "in 1 two", "in 9 ?"]);
    assertEquals(of("out"), ["out 1 one", "out 1 two"]);
    watch.end();
    connection.terminate();
  });
}
