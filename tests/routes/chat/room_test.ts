/** The chat: history, presence, and who may read what. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as chat from "../../../routes/chat/[room].ts";
import { createTestServer, type TestServer } from "../../../lib/testing/mod.ts";
import { client, type TestClient } from "../../gateway/support/client.ts";

function serve(): Promise<TestServer> {
  return createTestServer({ "/chat/[room]": chat });
}

async function enter(server: TestServer, name: string, room = "lobby"): Promise<TestClient> {
  const one = await client(server, `/chat/${room}?name=${name}`);
  one.send(["sub", 1, `chat:${room}`, { last: 50, presence: true }]);
  return one;
}

/** The next publication: who said what. */
async function heard(one: TestClient): Promise<string> {
  for (;;) {
    const { header, payload } = await one.receive();
    if (header[0] !== "pub") continue;
    const { from, text, at } = JSON.parse(payload as string);
    assert(Number.isInteger(at));
    return `${from}: ${text}`;
  }
}

Deno.test("/chat/[room]: who comes later reads what was said before, and then what is said", async () => {
  await using server = await serve();
  const ada = await enter(server, "Ada");
  ada.send([], "first");
  assertEquals(await heard(ada), "Ada: first");
  const bo = await enter(server, "Bo");
  assertEquals(await heard(bo), "Ada: first");
  bo.send([], "second");
  assertEquals([await heard(ada), await heard(bo)], ["Bo: second", "Bo: second"]);
});

Deno.test("/chat/[room]: who is there is known, and a reload is no leave", async () => {
  await using server = await serve();
  const ada = await enter(server, "Ada");
  const bo = await enter(server, "Bo");
  await bo.peer.close();
  await enter(server, "Bo");
  await server.settled();
  const events: unknown[] = [];
  while (ada.peer.waitingMessages > 0) {
    const header = await ada.header();
    if (header[0] === "presence") events.push(header.slice(1, 4));
  }
  assertEquals(events, [["join", "chat:lobby", "Bo"]]);
});

Deno.test("/chat/[room]: rooms are apart, and nobody reads another's", async () => {
  await using server = await serve();
  const [ada, bo] = [await enter(server, "Ada"), await enter(server, "Bo", "kitchen")];
  bo.send(["sub", 2, "chat:lobby"]);
  await bo.header();
  assertEquals((await bo.header()).slice(0, 3), ["err", 2, "forbidden"]);
  ada.send([], "here");
  assertEquals(await heard(ada), "Ada: here");
  await server.settled();
  assertEquals(bo.peer.waitingMessages, 0);
});

Deno.test("/chat/[room]: the page takes the client from this server", async () => {
  await using server = await serve();
  const response = await server.fetch("/chat/lobby");
  assertStringIncludes(await response.text(), 'from "/_sockeye/client.js"');
});
