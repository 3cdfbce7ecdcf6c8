import { assertEquals, assertGreater } from "@std/assert";
import { GatewayCounts } from "../../lib/gateway/gateway_counts.ts";
import { connectionsInNumbers } from "../../lib/gateway/connections_in_numbers.ts";
import { LogLines } from "../support/log_lines.ts";
import { routeSource, runtimeOf } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";
import { until } from "../support/until.ts";

Deno.test("GatewayCounts adds up what it is told", () => {
  const counts = new GatewayCounts();
  counts.open("websocket");
  counts.open("poll");
  counts.open("poll");
  counts.end(1000, 3, { requests: 1, bytesIn: 10, bytesOut: 20 });
  counts.end(1006, 4, { requests: 1, bytesIn: 1, bytesOut: 2 });
  counts.refuse(404);
  counts.refuse("full");
  counts.violate("MASK_MISSING");
  counts.heard(undefined);
  counts.heard(3);
  assertEquals([...counts.opened], [["websocket", 1], ["poll", 2]]);
  assertEquals([...counts.closed], [[1000, 1], [1006, 1]]);
  assertEquals([...counts.refused], [[404, 1], ["full", 1]]);
  assertEquals([...counts.violations], [["MASK_MISSING", 1]]);
  assertEquals([counts.ended, counts.pingsMs.sum], [{ messagesOut: 7, bytesIn: 11, bytesOut: 22 }, 3]);
});

const CODE = `
  open: (peer) => void peer.subscribe("all"),
  message(peer, message) {
    const text = message.text();
    if (text === "all") peer.publish("all", "news", { self: true });
    else if (text === "close") peer.close(4000);
    else peer.send(text);
  },`;

Deno.test("a gateway counts what its peers do, by its own frames and bytes", async () => {
  const runtime = await runtimeOf("inline", routeSource(CODE, { pattern: "/" }), new LogLines());
  await using served = await ServedRuntimes.of([runtime], { pingIntervalMs: 20 });
  const { gateway } = served;
  const { counts } = gateway;
  using one = await served.connect();
  using two = await served.connect();
  for (const text of ["a", "b", "all"]) await one.sendText(text);
  for (const expected of ["a", "b", "news"]) {
    assertEquals(await one.nextButPings(), { kind: "text", text: expected });
  }
  assertEquals(await two.nextButPings(), { kind: "text", text: "news" });
  // Two echoes, and the news to each of two.
  assertEquals([counts.messagesIn, connectionsInNumbers(gateway).messagesOut, counts.accepted], [3, 4, 2]);
  assertEquals([...counts.opened], [["websocket", 2]]);
  assertEquals(counts.handshakesMs.cumulative.at(-1), 2);
  await one.sendText("close");
  await one.nextButPings();
  await one.send(8, Uint8Array.of(0x0f, 0xa0));
  await until(() => counts.closed.get(4000) === 1, "one has ended");
  const { open, bytesIn } = connectionsInNumbers(gateway);
  assertEquals([...open], [["websocket", 1]]);
  assertEquals([counts.ended.messagesOut, connectionsInNumbers(gateway).messagesOut], [3, 1]);
  assertGreater(counts.ended.bytesIn, bytesIn);
  using raw = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
  await raw.write(new TextEncoder().encode("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"));
  await raw.read(new Uint8Array(1_000));
  assertEquals([...counts.refused], [[404, 1]]);
});
