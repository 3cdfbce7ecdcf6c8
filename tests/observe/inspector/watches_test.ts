import { assertEquals, assertThrows } from "@std/assert";
import type { Connection } from "../../../lib/gateway/mod.ts";
import {
  type Closing,
  MAX_VIEWERS,
  TooManyViewers,
  type Viewer,
  Watches,
} from "../../../lib/observe/inspector/watches.ts";
import { DeployedGateway } from "../../support/deployed_gateway.ts";
import { until } from "../../support/until.ts";

/** Who writes down what it is told. */
class Notes implements Viewer {
  readonly frames: string[] = [];
  connection: Connection | undefined;
  isFromBeginning: boolean | undefined;
  closing: Closing | undefined;

  onWatched(connection: Connection, { isFromBeginning }: { readonly isFromBeginning: boolean }): void {
    this.connection = connection;
    this.isFromBeginning = isFromBeginning;
  }
  onFrame(direction: string, { payload }: { readonly payload: Uint8Array }): void {
    this.frames.push(`${direction} ${new TextDecoder().decode(payload)}`);
  }
  onGone(closing: Closing): void {
    this.closing = closing;
  }
}

const echo = {
  message: (peer: { send(said: string): unknown }, message: { text(): string }) => void peer.send(message.text()),
};

async function serving() {
  const server = await DeployedGateway.serving({ "/": echo, "/other": echo });
  const watches = new Watches({ wallNow: () => 77 });
  server.gateway.inspection = watches;
  return { server, watches };
}

Deno.test("Watches keeps when connections opened, and how they ended, and nothing of those that are gone", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const clients = await server.connectMany(3);
  const [first] = server.gateway.peers();
  assertEquals([watches.opened, watches.closed, watches.openedAt(first!)], [3, 0, 77]);
  await clients[0]!.close(1000);
  await clients[1]!.close(4000);
  clients[2]![Symbol.dispose]();
  await until(() => watches.closed === 3, "all are gone");
  assertEquals([...watches.closeCodes].sort(), [[1000, 1], [1006, 1], [4000, 1]]);
  assertEquals(watches.openedAt(first!), undefined);
});

Deno.test("Watches: a connection is free of the watch as soon as the last viewer has left", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const client = await server.connect();
  const connection = server.gateway.peers()[0]!;
  const { transport } = connection.ends;
  const [one, two] = [new Notes(), new Notes()];
  const leaveOne = watches.watch(connection, one);
  const leaveTwo = watches.watch(connection, two);
  await client.sendText("both");
  await client.next();
  await until(() => two.frames.length === 2, "two frames");
  leaveOne();
  await client.sendText("two");
  await client.next();
  await until(() => two.frames.length === 4, "four frames");
  leaveTwo();
  leaveTwo();
  assertEquals([one.frames, two.frames.length], [["in both", "out both"], 4]);
  assertEquals([transport.events === connection, transport.observer, watches.isWatched(connection)], [
    true,
    undefined,
    false,
  ]);
});

Deno.test("Watches waits for the next connection to a route, passes over others, and has its 101", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const notes = new Notes();
  const leave = watches.watchNext("/other", notes);
  await server.connect("/");
  assertEquals(notes.connection, undefined);
  const client = await server.connect("/other");
  assertEquals([notes.connection?.entry.descriptor.pattern, notes.isFromBeginning], ["/other", true]);
  await server.connect("/other");
  await client.sendText("hi");
  await client.next();
  await until(() => notes.frames.length === 2, "two frames");
  const late = new Notes();
  watches.watch(notes.connection!, late)();
  assertEquals(late.isFromBeginning, false, "who comes later has not seen its beginning");
  const head = new TextDecoder().decode(watches.headOf(notes.connection!));
  assertEquals([head.startsWith("HTTP/1.1 101"), head.endsWith("\r\n\r\n")], [true, true]);
  await client.close(4001, "enough");
  await until(() => notes.closing !== undefined, "the end");
  assertEquals(notes.closing, { code: 4001, reason: "enough" });
  leave();
});

Deno.test("Watches has room for so many viewers, those who wait among them, and for another when one has left", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const leaves = Array.from({ length: MAX_VIEWERS }, () => watches.watchNext("", new Notes()));
  assertThrows(() => watches.watchNext("", new Notes()), TooManyViewers);
  leaves[0]!();
  leaves[0]!();
  leaves[0] = watches.watchNext("", new Notes());
  assertThrows(() => watches.watchNext("", new Notes()), TooManyViewers);
  for (const leave of leaves) leave();
});
