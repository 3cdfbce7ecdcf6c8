/** Which transport a client tries, and when: the rules of docs/CLIENT.md §Transports. @module */
import { assertEquals } from "@std/assert";
import type { ClientOptions, Transport } from "../../lib/client/mod.ts";
import { createTransportChoice, TRANSPORTS } from "../../lib/client/transports.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSocket, Scene, settled } from "./fake_network.ts";

function begin(transports = TRANSPORTS) {
  const clock = new FakeClock();
  const choice = createTransportChoice(transports, { clock, connectTimeoutMs: 10_000, fallbackAfterMs: 5_000 });
  return {
    clock,
    choice,
    /** Attempts that fail, and whether the next one is made at once. */
    fail: (count: number) =>
      Array.from({ length: count }, () => {
        const [transport] = choice.choose();
        return choice.moveOn() ? `${transport}, then at once` : transport;
      }),
  };
}

const ROUND = ["websocket, then at once", "long-poll, then at once", "poll"];

Deno.test("what fails is followed by the next one at once; after the last one the first is tried again, later", () => {
  assertEquals(begin().fail(6), [...ROUND, ...ROUND]);
  assertEquals(begin(["websocket"]).fail(2), ["websocket", "websocket"]);
});

Deno.test("where a WebSocket has worked, the others are tried from the third failure in a row on", () => {
  const { choice, fail } = begin();
  choice.choose();
  choice.worked();
  assertEquals(fail(8), ["websocket", "websocket", ...ROUND, ...ROUND]);
  choice.choose();
  choice.worked();
  assertEquals(fail(3), ["websocket", "websocket", ROUND[0]]);
});

Deno.test("a fallback that has worked is what the next attempt begins with, for five minutes", () => {
  const { choice, fail, clock } = begin();
  fail(1);
  assertEquals(choice.choose()[0], "long-poll");
  choice.worked();
  clock.advance(200_000);
  assertEquals(choice.choose()[0], "long-poll");
  choice.worked();
  clock.advance(99_999);
  assertEquals(choice.choose()[0], "long-poll");
  clock.advance(1);
  assertEquals(choice.choose()[0], "websocket");
  assertEquals(fail(3), ROUND, "it is not known to work any more");
});

Deno.test("a fallback that fails is followed by the next one, and then by a WebSocket", () => {
  const { choice, fail, clock } = begin();
  fail(1);
  choice.choose();
  choice.worked();
  clock.advance(1_000);
  assertEquals(fail(3), ["long-poll, then at once", "poll", "websocket, then at once"]);
});

Deno.test("the first transport has less time while another one would follow at once", () => {
  const { choice, fail } = begin();
  const limit = () => choice.choose()[1];
  assertEquals(limit(), 5_000);
  fail(1);
  assertEquals(limit(), 10_000);
  fail(2);
  assertEquals(limit(), 5_000);
  choice.worked();
  assertEquals(limit(), 10_000);
  fail(2);
  assertEquals(limit(), 5_000);
  assertEquals(begin(["websocket"]).choice.choose()[1], 10_000);
  const clock = new FakeClock();
  assertEquals(createTransportChoice(TRANSPORTS, { clock, connectTimeoutMs: 1_000, fallbackAfterMs: 5_000 }).choose(), [
    "websocket",
    1_000,
  ]);
});

/** A client with three transports, each of whose sockets a test speaks through. */
function play(options: ClientOptions = {}) {
  const attempts: Transport[] = [];
  const sockets: FakeSocket[] = [];
  const classOf = (transport: Transport) =>
    class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        attempts.push(transport);
        sockets.push(this);
      }
    };
  const scene = new Scene({
    WebSocket: classOf("websocket"),
    fallback: (transport) => Promise.resolve(classOf(transport)),
    transports: TRANSPORTS,
    ...options,
  });
  const { client, clock, events, page } = scene;
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return {
    client,
    clock,
    events,
    page,
    attempts,
    pass,
    /** The wait that `away` told is over. */
    passWait: () => pass(events.at(-1)![2] as number),
    socket: () => sockets.at(-1)!,
    /** So many attempts fail, without time passing. */
    async fail(count: number) {
      for (let n = 0; n < count; n++) {
        sockets.at(-1)!.end();
        await pass(0);
      }
    },
  };
}

Deno.test("a client whose WebSocket fails is there with the next transport, at once, and says which", async () => {
  const { client, attempts, events, fail, socket } = play({ protocols: ["mqtt"], token: "t" });
  assertEquals([attempts, client.transport], [["websocket"], undefined]);
  client.send("kept");
  await fail(1);
  assertEquals([attempts, socket().protocols], [["websocket", "long-poll"], ["sockeye.v1", "mqtt"]]);
  socket().hello();
  assertEquals([client.transport, socket().sent], ["long-poll", ['["auth","t"]', "\nkept"]]);
  assertEquals(events, [["away", 1006, 0], ["open", false]]);
  socket().end();
  assertEquals(client.transport, undefined);
});

Deno.test("a WebSocket that opens without a hello is given up after fallbackAfterMs: a proxy may hold it back", async () => {
  const { attempts, socket, pass, events } = play({ fallbackAfterMs: 2_000 });
  socket().accept();
  await pass(1_999);
  assertEquals(attempts.length, 1);
  await pass(1);
  assertEquals([attempts, events], [["websocket", "long-poll"], [["away", 1006, 0]]]);
  await pass(9_999);
  assertEquals(attempts.length, 2);
  await pass(1);
  assertEquals(attempts, ["websocket", "long-poll", "poll"]);
});

Deno.test("after the last transport the client waits as ever, and begins with a WebSocket", async () => {
  const { attempts, fail, pass, events } = play();
  await fail(3);
  assertEquals([attempts, events.at(-1)], [["websocket", "long-poll", "poll"], ["away", 1006, 250]]);
  await pass(250);
  await fail(3);
  assertEquals([attempts.slice(3), events.at(-1)], [["websocket", "long-poll", "poll"], ["away", 1006, 500]]);
});

Deno.test("a server that restarts is not polled by those who had a WebSocket, before the third failure", async () => {
  const { attempts, socket, pass, passWait, fail } = play();
  socket().hello();
  await pass(1_000);
  await fail(1);
  for (let n = 0; n < 2; n++) {
    await passWait();
    await fail(1);
  }
  assertEquals(attempts, ["websocket", "websocket", "websocket"]);
  await passWait();
  await fail(1);
  assertEquals(attempts.slice(3), ["websocket", "long-poll"]);
});

Deno.test("a code says more than a failure: what the server closes before hello is done as the code says", async () => {
  for (
    const [code, event] of [[4000, "close"], [1012, "away"], [4401, "away"], [1011, "away"]] as const
  ) {
    const { attempts, socket, passWait, events } = play();
    socket().accept();
    socket().end(code);
    assertEquals([events.at(-1)![0], events.at(-1)![1]], [event, code]);
    if (event === "away") await passWait();
    assertEquals(attempts, event === "away" ? ["websocket", "websocket"] : ["websocket"]);
  }
});

Deno.test("what the URL or the token throw says nothing of a transport", async () => {
  let isBroken = true;
  const { attempts, pass, events } = play({ token: () => isBroken ? Promise.reject(new Error("oops")) : "t" });
  await settled();
  isBroken = false;
  assertEquals(events.at(-1), ["away", 1006, 250]);
  await pass(250);
  assertEquals(attempts, ["websocket"]);
});

Deno.test("while the page is away nothing is tried, and a failure then is not taken for one of the transport", async () => {
  const { attempts, page, socket, pass, events } = play();
  page.turn(true);
  socket().end();
  await pass(60_000);
  assertEquals([attempts, events], [["websocket"], [["away", 1006, undefined]]]);
  page.turn(false);
  await pass(100);
  assertEquals(attempts, ["websocket", "websocket"]);
});

Deno.test("a fallback that cannot be had is told, and the next one is tried", async () => {
  const oops = new Error("no such module");
  const { attempts, fail, events, socket, client } = play({
    fallback: (transport) => transport === "poll" ? class extends FakeSocket {} : Promise.reject(oops),
  });
  await fail(1);
  assertEquals(events, [["away", 1006, 0], ["error", oops], ["away", 1006, 0]]);
  await settled();
  client.close();
  assertEquals([attempts, socket().closedWith], [["websocket"], undefined]);
});

Deno.test("a fallback that is not loaded in time is one that cannot be had; when it comes, it is too late", async () => {
  const { promise, resolve } = Promise.withResolvers<typeof FakeSocket>();
  let made = 0;
  const Late = class extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      made++;
    }
  };
  const { attempts, fail, pass, events, client, clock } = play({
    fallback: (transport) => transport === "long-poll" ? promise : Promise.resolve(class extends FakeSocket {}),
  });
  await fail(1);
  await pass(9_999);
  assertEquals(events.length, 1);
  await pass(1);
  assertEquals(events, [["away", 1006, 0], ["away", 1006, 0]]);
  resolve(Late);
  await pass(0);
  assertEquals([made, attempts], [0, ["websocket"]]);
  client.close();
  await pass(10_000);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("close while a fallback is loaded ends it, and no connection is made", async () => {
  const { promise, resolve } = Promise.withResolvers<typeof FakeSocket>();
  const { fail, events, client } = play({ fallback: () => promise });
  await fail(1);
  client.close(1000, "bye");
  let made = 0;
  resolve(
    class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        made++;
      }
    },
  );
  await settled();
  assertEquals([made, events.at(-1)], [0, ["close", 1000, "bye"]]);
});

Deno.test("a WebSocket class that throws, or is missing, is one that cannot be had", async () => {
  const throwing = play({
    WebSocket: class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        throw new DOMException("blocked", "SecurityError");
      }
    },
  });
  await throwing.pass(0);
  assertEquals(throwing.attempts, ["long-poll"]);
  const missing = play({ WebSocket: undefined as never });
  await settled();
  assertEquals([missing.attempts, missing.events], [["long-poll"], []]);
});

Deno.test("a server that is no Sockeye is met over WebSocket only; transports says otherwise", async () => {
  const { transports: _transports, ...plain } = { isPlain: true, transports: undefined };
  const attempts: string[] = [];
  const WebSocket = class extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      attempts.push("websocket");
      queueMicrotask(() => this.end());
    }
  };
  const fallback = () => Promise.reject(new Error("not to be asked"));
  const { SockeyeSocket } = await import("../../lib/client/mod.ts");
  const clock = new FakeClock();
  const client = new SockeyeSocket("ws://example.com", { WebSocket, fallback, clock, random: () => 1, ...plain });
  const errors: unknown[] = [];
  client.addEventListener("error", ({ error }) => errors.push(error));
  for (let n = 0; n < 3; n++) {
    await settled();
    clock.advance(30_000);
  }
  await settled();
  client.close();
  assertEquals([attempts.length > 2, errors], [true, []]);
  const polled = play({ isPlain: true, transports: ["long-poll"] });
  await settled();
  polled.socket().accept("");
  assertEquals([polled.attempts, polled.client.transport], [["long-poll"], "long-poll"]);
});
