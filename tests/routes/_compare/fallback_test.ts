/** The real client's way to a transport, as it is told. @module */
import { assertEquals } from "@std/assert";
import { type Blocked, Fallback } from "../../../routes/_compare/browser/fallback.ts";

const NOTHING: Blocked = { webSocket: false, longPoll: false };
const NO_WEBSOCKET: Blocked = { webSocket: true, longPoll: false };

class FakeClient {
  transport = "";
  isClosed = false;
  readonly #listeners = new Map<string, (event: never) => void>();
  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }
  tell(type: string, event: unknown = {}): void {
    this.#listeners.get(type)?.(event as never);
  }
  close(): void {
    this.isClosed = true;
  }
}

function bench() {
  const made: { readonly blocked: Blocked; readonly client: FakeClient }[] = [];
  const time = { now: 1_000 };
  const fallback = new Fallback((blocked) => {
    const client = new FakeClient();
    made.push({ blocked, client });
    return Promise.resolve(client);
  }, () => time.now);
  return { made, time, fallback };
}

const told = (fallback: Fallback) => fallback.happenings.map(({ atMs, words }) => `${atMs} ${words}`);

Deno.test("Fallback tells over what the client is open, and counts the events it brings", async () => {
  const { made, time, fallback } = bench();
  await fallback.start(NO_WEBSOCKET);
  const { client, blocked } = made[0]!;
  assertEquals([blocked, fallback.isRunning, fallback.transport], [NO_WEBSOCKET, true, ""]);
  time.now += 40;
  client.transport = "long-poll";
  client.tell("open");
  client.tell("message", { data: '{"requestHeadBytes":1}' });
  time.now += 100;
  client.tell("message", { data: '{"tick":1,"at":1}' });
  client.tell("message", { data: '{"tick":2,"at":1}' });
  assertEquals([fallback.transport, fallback.events], ["long-poll", 2]);
  assertEquals(told(fallback), [
    "0 connects; WebSocket will be refused",
    "40 open over long-poll",
    "140 the first event has arrived",
  ]);
});

Deno.test("Fallback tells of a lost connection, and what comes next", async () => {
  const { made, fallback } = bench();
  await fallback.start(NOTHING);
  const { client } = made[0]!;
  client.transport = "websocket";
  client.tell("open");
  client.tell("away", { code: 1006, waitMs: 250.4 });
  assertEquals(fallback.transport, "");
  client.tell("away", { code: 1006 });
  assertEquals(told(fallback).slice(2), [
    "0 no connection (1006); the next attempt in 250 ms",
    "0 no connection (1006); a pause",
  ]);
});

Deno.test("Fallback closes the client before another, and hears nothing of it any more", async () => {
  const { made, fallback } = bench();
  await fallback.start(NOTHING);
  await fallback.start(NO_WEBSOCKET);
  assertEquals(made[0]?.client.isClosed, true);
  made[0]?.client.tell("open");
  assertEquals(fallback.transport, "");
  fallback.stop();
  assertEquals([made[1]?.client.isClosed, fallback.isRunning], [true, false]);
});

Deno.test("Fallback stopped while its client is made: the client is closed", async () => {
  const { made, fallback } = bench();
  const starting = fallback.start(NOTHING);
  fallback.stop();
  await starting;
  assertEquals(made[0]?.client.isClosed, true);
});

Deno.test("Fallback says when the client cannot be loaded, and keeps no more than six lines", async () => {
  const failing = new Fallback(() => Promise.reject(new Error("gone")), () => 0);
  await failing.start(NOTHING);
  assertEquals(failing.happenings.at(-1)?.words, "the client could not be loaded: is the server there?");
  const { made, fallback } = bench();
  await fallback.start(NOTHING);
  for (let time = 0; time < 9; time++) made[0]?.client.tell("away", { code: 1006, waitMs: time });
  assertEquals([fallback.happenings.length, fallback.happenings[5]?.words.slice(-4)], [6, "8 ms"]);
});

Deno.test("Fallback says what will be refused", async () => {
  for (
    const [webSocket, longPoll, words] of [
      [false, false, "connects"],
      [false, true, "connects; long-polling will be refused"],
      [true, true, "connects; WebSocket and long-polling will be refused"],
    ] as const
  ) {
    const { fallback } = bench();
    await fallback.start({ webSocket, longPoll });
    assertEquals(fallback.happenings[0]?.words, words);
  }
});
