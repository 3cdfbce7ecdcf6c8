import { assertEquals } from "@std/assert";
import type { EventSink } from "../../../lib/observe/inspector/event_stream.ts";
import { QUEUE_LIMITS } from "../../../lib/observe/inspector/frame_queue.ts";
import { WatchTeller } from "../../../lib/observe/inspector/watch_stream.ts";
import { Watches } from "../../../lib/observe/inspector/watches.ts";
import type { WatchStream } from "../../../lib/observe/inspector/wire.ts";
import { DeployedGateway } from "../../support/deployed_gateway.ts";
import { until } from "../../support/until.ts";

/** A page that reads, or does not. */
class Page implements EventSink {
  isBehind = false;
  isClosed = false;
  readonly events: [keyof WatchStream, unknown][] = [];
  send(event: string, value: unknown): void {
    this.events.push([event as keyof WatchStream, value]);
  }
  close(): void {
    this.isClosed = true;
  }
  named<Name extends keyof WatchStream>(name: Name): readonly WatchStream[Name][] {
    return this.events.filter(([event]) => event === name).map(([, value]) => value as WatchStream[Name]);
  }
}

const echo = {
  message: (peer: { send(said: string): unknown }, message: { text(): string }) => void peer.send(message.text()),
};

async function serving() {
  const server = await DeployedGateway.serving({ "/": echo });
  const watches = new Watches(server.gateway.clock);
  server.gateway.inspection = watches;
  return { server, watches };
}

Deno.test("WatchTeller of the next connection says that it waits, then what has come, its 101 as it was sent", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const page = new Page();
  const teller = new WatchTeller(watches, { route: "/" }, server.gateway);
  const end = teller.begin(page);
  teller.beat(page);
  assertEquals(page.events, [["waiting", { route: "/" }]]);
  const client = await server.connect();
  await client.sendText("hi");
  await client.next();
  teller.beat(page);
  const [watched] = page.named("watched");
  assertEquals([watched?.isFromBeginning, watched?.handshake.isResponseExact], [true, true]);
  assertEquals(page.named("frames")[0]?.frames.map(({ n, d }) => [n, d]), [[1, "in"], [2, "out"]]);
  end();
});

Deno.test("WatchTeller keeps so much for a page that does not read, counts the rest, and holds nobody up", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const client = await server.connect();
  const page = new Page();
  const teller = new WatchTeller(watches, { connection: server.gateway.peers()[0]! }, server.gateway);
  const end = teller.begin(page);
  page.isBehind = true;
  const messages = QUEUE_LIMITS.frames;
  for (let at = 0; at < messages; at++) {
    await client.sendText(String(at));
    assertEquals(await client.next(), { kind: "text", text: String(at) });
  }
  teller.beat(page);
  assertEquals(page.named("frames"), []);
  page.isBehind = false;
  teller.beat(page);
  const [batch] = page.named("frames");
  assertEquals([batch?.frames.length, batch?.notShown], [QUEUE_LIMITS.frames, messages * 2 - QUEUE_LIMITS.frames]);
  end();
});

Deno.test("WatchTeller says how the connection ended, and is over", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const client = await server.connect();
  const page = new Page();
  const teller = new WatchTeller(watches, { connection: server.gateway.peers()[0]! }, server.gateway);
  const end = teller.begin(page);
  await client.close(4000, "enough");
  await until(() => watches.closed === 1, "the end");
  assertEquals(teller.isOver, false, "the last frames are to be told");
  teller.beat(page);
  assertEquals(page.named("frames").flatMap(({ frames }) => frames).map(({ h }) => h.slice(0, 2)), ["88", "88"]);
  assertEquals(page.named("gone"), [{ code: 4000, reason: "enough" }]);
  assertEquals(teller.isOver, true);
  end();
});

Deno.test("WatchTeller is over when the server goes away", async () => {
  const { server, watches } = await serving();
  await using _server = server;
  const teller = new WatchTeller(watches, { route: "" }, { isDraining: true, clock: server.gateway.clock });
  assertEquals(teller.isOver, true);
});
