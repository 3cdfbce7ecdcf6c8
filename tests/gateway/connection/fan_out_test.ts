/** Fan-out to more than write at once: everybody gets everything, in order, beside what is theirs alone. @module */
import { assertEquals } from "@std/assert";
import type { Peer } from "sockeye";
import { serve } from "../support/served.ts";

/** More than the write window lets write in one go, twice over. */
const SUBSCRIBERS = 300;

Deno.test("a publication reaches every subscriber once, in the order of publishing and sending", async () => {
  const peers: Peer[] = [];
  await using server = await serve({
    open: (peer) => {
      peers.push(peer);
      return peer.subscribe("all");
    },
    async message(peer, message) {
      const text = message.text();
      await peer.publish("all", `${text} 1`);
      peer.send(`${text} own`);
      await peer.publish("all", `${text} 2`, { self: true });
      peers[7]!.send(`${text} to 7`);
    },
  });
  const clients = [];
  for (let at = 0; at < SUBSCRIBERS; at++) clients.push(await server.connect("/"));
  for (const text of ["a", "b", "c"]) clients[0]!.send(text);
  await server.settled();
  const rounds = (lines: (text: string) => string[]) => ["a", "b", "c"].flatMap(lines);
  for (const [at, client] of clients.entries()) {
    const received = [];
    while (client.waitingMessages > 0) received.push(await client.receive());
    assertEquals(
      received,
      rounds((text) => {
        if (at === 0) return [`${text} own`, `${text} 2`];
        return at === 7 ? [`${text} 1`, `${text} 2`, `${text} to 7`] : [`${text} 1`, `${text} 2`];
      }),
      `client ${at}`,
    );
  }
});

Deno.test("subscribers that do not read keep nobody from getting what is published", async () => {
  await using server = await serve({
    open: (peer) => peer.subscribe("all"),
    message: (peer, message) => peer.publish("all", message.text()),
  });
  const clients = [];
  for (let at = 0; at < SUBSCRIBERS; at++) clients.push(await server.connect("/"));
  for (const client of clients.slice(1, 150)) client.stopReading();
  for (let count = 0; count < 20; count++) clients[0]!.send(String(count).repeat(4_000));
  await server.settled();
  for (const client of clients.slice(150)) assertEquals(client.waitingMessages, 20);
});
