/** Connections by their ids, on this node and on others. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionDirectory } from "../../lib/gateway/connection_directory.ts";
import type { Connection } from "../../lib/gateway/connection.ts";
import { EmbeddedBroker, Hub, RingHistory } from "../../lib/pubsub/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A connection that writes down what is done with it. */
function connection(id: string, done: unknown[]): Connection {
  const made = {
    id,
    request: { url: "http://localhost/chat?x=1", remoteAddress: "192.0.2.7" },
    entry: { descriptor: { pattern: "/chat" } },
    subprotocol: "",
    transport: "websocket",
    ends: { transport: { traffic: { requests: 1, bytesIn: 2, bytesOut: 3 } } },
    topics: { names: new Set(["a"]) },
    bufferedAmount: 7,
    send: (data: unknown) => void done.push(["send", data]),
    close: (code: number, reason: string) => void done.push(["close", code, reason]),
  };
  return made as unknown as Connection;
}

/** Two nodes, each with one connection. */
async function nodes() {
  const clock = new FakeClock();
  const broker = new EmbeddedBroker(new RingHistory({ maxBytes: 1000, now: () => clock.now(), epoch: "e" }));
  const done: unknown[] = [];
  const made = await Promise.all(["one", "two"].map(async (node) => {
    const hub = new Hub({ backplane: broker.node(), clock, node });
    await hub.open();
    const own = connection(`${node}-1`, done);
    return { hub, directory: new ConnectionDirectory(hub.nodes, (id) => id === own.id ? own : undefined) };
  }));
  const [one, two] = made as [typeof made[0], typeof made[0]];
  const close = async () => {
    for (const { hub } of made) await hub.close();
  };
  return { one, two, done, [Symbol.asyncDispose]: close };
}

Deno.test("ConnectionDirectory tells what a connection is like, wherever it is", async () => {
  await using here = await nodes();
  for (const id of ["one-1", "two-1"]) {
    assertEquals(await here.one.directory.status(id), {
      id,
      url: "http://localhost/chat?x=1",
      route: "/chat",
      remoteAddress: "192.0.2.7",
      subprotocol: "",
      transport: "websocket",
      traffic: { requests: 1, bytesIn: 2, bytesOut: 3 },
      topics: ["a"],
      bufferedAmount: 7,
    });
  }
});

Deno.test("ConnectionDirectory sends text and bytes, and closes, wherever the connection is", async () => {
  await using here = await nodes();
  const { directory } = here.two;
  for (const id of ["one-1", "two-1"]) {
    assert(await directory.send(id, "hello"));
    assert(await directory.send(id, Uint8Array.of(0, 255)));
    assert(await directory.close(id, 4000, "enough"));
  }
  const each = [["send", "hello"], ["send", Uint8Array.of(0, 255)], ["close", 4000, "enough"]];
  assertEquals(here.done, [...each, ...each]);
});

Deno.test("ConnectionDirectory knows nothing of ids that are none, or gone with their node", async () => {
  await using here = await nodes();
  for (const id of ["one-2", "two-2", "three-1", "", "-"]) {
    assertEquals(await here.one.directory.status(id), undefined);
    assertEquals([await here.one.directory.send(id, "x"), await here.one.directory.close(id, 1000, "")], [
      false,
      false,
    ]);
  }
});

Deno.test("ConnectionDirectory refuses close codes and reasons that may not be sent", async () => {
  await using here = await nodes();
  await assertRejects(() => here.one.directory.close("two-1", 1006, ""), TypeError, "1006");
  await assertRejects(() => here.one.directory.close("two-1", 1000, "x".repeat(124)), TypeError, "123 bytes");
  assertEquals(here.done, []);
});
