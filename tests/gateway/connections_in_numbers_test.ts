import { assertEquals } from "@std/assert";
import { connectionsInNumbers } from "../../lib/gateway/connections_in_numbers.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";

Deno.test("connectionsInNumbers adds up all open connections", () => {
  const peer = (name: string, bytesIn: number, byteLength: number) => ({
    sentMessages: 10 * bytesIn,
    queue: { queuedBytes: 100 * bytesIn },
    ends: {
      transport: { name, traffic: { requests: 1, bytesIn, bytesOut: 2 * bytesIn }, output: { byteLength } },
      options: { highWaterBytes: 20 },
    },
  });
  const gateway = {
    peers: () => [peer("websocket", 1, 10), peer("poll", 2, 20), peer("websocket", 3, 30)],
    memory: { heldBytes: 99 },
    exchangeCount: 4,
  };
  const { open, ...sums } = connectionsInNumbers(gateway as unknown as Gateway);
  assertEquals([...open], [["websocket", 2], ["poll", 1]]);
  assertEquals(sums, {
    messagesOut: 60,
    bytesIn: 6,
    bytesOut: 12,
    unsentBytes: 60,
    queuedBytes: 600,
    slow: 1,
    exchanges: 4,
    heldBytes: 99,
  });
});
